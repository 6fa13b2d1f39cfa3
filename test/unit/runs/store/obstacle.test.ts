import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from '../../../../main/runs/store/store.ts';
import { experiment } from '../../../support/run-records.ts';
import { temporaryFolder } from '../../../support/run-store.ts';

it('a folder in the place of a file beside the database is named, and what to do about it', () => {
  const home = temporaryFolder();
  openStore(home).close();
  const shared = join(home, 'sluice.db-shm');
  rmSync(shared, { force: true });
  mkdirSync(shared);
  const use = (): void => {
    const store = openStore(home);
    try {
      store.create(experiment(), 1);
    } finally {
      store.close();
    }
  };
  expect(use).toThrow(
    expect.objectContaining({ name: 'SluiceError', message: expect.stringMatching(/sluice\.db.*-shm/) as string }),
  );
});
