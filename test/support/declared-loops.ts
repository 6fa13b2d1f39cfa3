import { readdirSync, readFileSync } from 'node:fs';

/** The parameters of every exported function of a folder of AssemblyScript, in order. */
export function declaredLoops(folder: URL): Map<string, string[]> {
  const source = readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n');
  const functions = source.matchAll(/export function (\w+)\(([^)]*)\)/g);
  return new Map(
    Array.from(functions, ([, name, list]) => [
      name,
      Array.from(list.matchAll(/(\w+):/g), ([, parameter]) => parameter),
    ]),
  );
}
