import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** An empty home folder for all tests of a file, which is this process's from now on. */
export function temporaryHome(): string {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'sluice-home-')));
  process.env['SLUICE_HOME'] = home;
  afterAll(() => rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  return home;
}
