import { z } from 'zod';
import { maxPoolLayer } from '../layers/max-pool.ts';
import { windowAttributes } from '../operators.ts';
import type { EntryType } from './entry.ts';
import { count, slide, strided } from './window.ts';

const schema = z.strictObject({ type: z.literal('maxPool'), size: count, stride: count, pad: z.int().min(0) });

export type MaxPoolEntry = Readonly<z.infer<typeof schema>>;

export const maxPool: EntryType<MaxPoolEntry> = {
  type: 'maxPool',
  kind: 'pool',
  schema: () => schema,
  label: ({ size, stride }) => `max pool ${size}×${size}${strided(stride)}`,
  shape: (entry, { input }) => slide(input, entry, input[2]),
  nodes: () => false,
  cost: () => ({ parameters: 0, multiplyAdds: 0 }),
  torchModules: () => 1,
  build: maxPoolLayer,
  write: ({ size, stride, pad }, _, x, graph) => graph.add('MaxPool', [x], windowAttributes(size, stride, pad)),
};
