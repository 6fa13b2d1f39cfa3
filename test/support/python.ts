import { spawnSync } from 'node:child_process';

/** Whether the python3 of this machine has these modules. */
export function pythonHas(...modules: string[]): boolean {
  const names = modules.map((name) => `'${name}'`).join(', ');
  const look = `import importlib.util as u, sys; sys.exit(not all(u.find_spec(name) for name in [${names}]))`;
  return spawnSync('python3', ['-c', look]).status === 0;
}

/** Code of the documentation for a VGG11 of an eighth of the maps and nodes (width 0.125): the whole one takes a minute. */
export function narrow(code: string): string {
  return code.replaceAll(/\b(64|128|256|512|4096)\b/g, (count) => String(Number(count) / 8));
}
