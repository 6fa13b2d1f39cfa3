/** Builds what of dist is not what its sources say, by the scripts of package.json, two at a time where neither needs the other. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { forgetBuilt, isCurrent, noteBuilt, parts, sourcesOf, type Part } from './parts.ts';

const lines: readonly Part[][] = [
  [parts.main, parts.desktop],
  // The page of a device takes the kernels along.
  [parts.kernels, parts.renderer],
];

async function inTurn(line: readonly Part[]): Promise<boolean> {
  for (const part of line.filter((part) => !isCurrent(part))) {
    const sources = sourcesOf(part);
    forgetBuilt(part);
    const child = spawn(`npm run -s ${part.script}`, { shell: true, stdio: 'inherit' });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) return false;
    noteBuilt(part, sources);
  }
  return true;
}

const built = await Promise.all(lines.map(inTurn));
process.exitCode = built.every(Boolean) ? 0 : 1;
