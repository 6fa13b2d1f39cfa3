import { execSync } from 'node:child_process';
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
  execSync(`npm run -s ${parts.main.script}`, { cwd: root, stdio: 'inherit' });
  noteBuilt(parts.main, sources);
}
