import { expect, it } from 'vitest';
import { call, operations } from '../../../main/engine/cpu/operations.ts';
import { declaredLoops } from '../../support/declared-loops.ts';

const declared = declaredLoops(new URL('../../../main/engine/cpu/kernels/', import.meta.url));

it.each(Object.entries(operations))(
  '%s takes its arguments in the order its loop declares them',
  (name, parameters) => {
    const own = name === 'gemm' ? ['scratch'] : [];
    expect([...parameters, ...own]).toEqual(declared.get(name));
  },
);

it('a call puts named arguments in that order, however they are given', () => {
  expect(call('zero', { count: 3, to: 16 })).toEqual({ operation: 'zero', args: [16, 3] });
});
