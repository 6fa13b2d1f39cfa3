import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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

  it('that others could read is closed to them when it is opened', () => {
    const home = temporaryFolder();
    const first = closing(openStore(home));
    first.create(experiment(), 1);
    for (const name of Object.keys(closed)) chmodSync(join(home, name), 0o755);
    closing(openStore(home));
    expect(modes(home)).toEqual(closed);
  });
});
