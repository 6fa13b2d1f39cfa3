import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from '../../../../main/runs/store/store.ts';
import { experiment } from '../../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';

it('a folder in the place of a file beside the database is named, and what to do about it', () => {
  const [before, home] = [temporaryFolder(), temporaryFolder()];
  openTestStore(before).create(experiment(), 1);
  // As a kill leaves it: what was written last is in the log.
  for (const end of ['', '-wal']) cpSync(join(before, `sluice.db${end}`), join(home, `sluice.db${end}`));
  mkdirSync(join(home, 'sluice.db-shm'));
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
