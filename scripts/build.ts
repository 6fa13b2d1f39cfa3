/** Builds all of dist by the scripts of package.json, two at a time where neither needs the other. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const lines = [
  ['build:main', 'build:desktop'],
  ['build:renderer', 'build:kernels'],
];

async function inTurn(names: readonly string[]): Promise<boolean> {
  for (const name of names) {
    const child = spawn(`npm run -s ${name}`, { shell: true, stdio: 'inherit' });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) return false;
  }
  return true;
}

const built = await Promise.all(lines.map(inTurn));
process.exitCode = built.every(Boolean) ? 0 : 1;
