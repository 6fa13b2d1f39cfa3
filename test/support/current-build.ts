import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { forgetBuilt, isCurrent, noteBuilt, parts, sourcesOf } from '../../scripts/parts.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Before any test: processes that tests start run what is built, which is seen to be what the sources say. Starting
 * from sources takes each of them twice as long.
 */
export function setup(): void {
  process.env['SLUICE_START_BUILT'] = '1';
  if (isCurrent(parts.main)) return;
  const sources = sourcesOf(parts.main);
  forgetBuilt(parts.main);
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
  noteBuilt(parts.main, sources);
}
