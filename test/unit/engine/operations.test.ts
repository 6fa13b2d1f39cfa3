import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { call, operations } from '../../../main/engine/cpu/operations.ts';

const folder = new URL('../../../main/engine/cpu/kernels/', import.meta.url);

/** The parameters of every exported function of the inner loops, in order. */
function declared(): Map<string, string[]> {
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

it.each(Object.entries(operations))(
  '%s takes its arguments in the order its loop declares them',
  (name, parameters) => {
    const own = name === 'gemm' ? ['scratch'] : [];
    expect([...parameters, ...own]).toEqual(declared().get(name));
  },
);

it('a call puts named arguments in that order, however they are given', () => {
  expect(call('zero', { count: 3, to: 16 })).toEqual({ operation: 'zero', args: [16, 3] });
});
