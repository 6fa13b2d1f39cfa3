import { expect, it } from 'vitest';
import { operations } from '../../../../main/offload/codecs/parts/operations.ts';
import { declaredLoops } from '../../../support/declared-loops.ts';

const declared = declaredLoops(new URL('../../../../main/offload/codecs/kernels/', import.meta.url));

it.each(Object.entries(operations))(
  '%s takes its arguments in the order its loop declares them',
  (name, parameters) => {
    expect(parameters).toEqual(declared.get(name));
  },
);
