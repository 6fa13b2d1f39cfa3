import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openToOthers } from '../../../../main/runs/store/private.ts';
import { openStore } from '../../../../main/runs/store/store.ts';
import { experiment } from '../../../support/run-records.ts';
import { closing, temporaryFolder } from '../../../support/closing.ts';
import { onUnix } from '../../../support/where.ts';

const modeOf = (path: string): number => statSync(path).mode & 0o777;

/** The modes of what a store keeps in its home, by name. */
function modes(home: string): Record<string, number> {
  return Object.fromEntries(readdirSync(home).map((name) => [name, modeOf(join(home, name))]));
}

onUnix.describe('a store', () => {
  const closed = { 'sluice.db': 0o600, 'sluice.db-wal': 0o600, 'sluice.db-shm': 0o600, runs: 0o700 };

  it('can be read by its user alone', () => {
    const home = temporaryFolder();
    closing(openStore(home)).create(experiment(), 1);
    expect(modes(home)).toEqual(closed);
  });

  it('that others may read is left as it is, and named', () => {
    const home = temporaryFolder();
    closing(openStore(home)).create(experiment(), 1);
    expect(openToOthers(home)).toEqual([]);
    const shared = { 'sluice.db': 0o660, 'sluice.db-wal': 0o660, 'sluice.db-shm': 0o660, runs: 0o750 };
    for (const [name, mode] of Object.entries(shared)) chmodSync(join(home, name), mode);
    closing(openStore(home));
    expect(modes(home)).toEqual(shared);
    expect(openToOthers(home)).toEqual(['sluice.db', 'runs']);
  });
});
