import { z } from 'zod';
import { defaultNorm } from '../layers/norm.ts';
import { normConv } from '../layers/norm-conv.ts';
import { addActivation, addNorm, windowAttributes } from '../operators.ts';
import type { EntryType } from './entry.ts';
import { count, slide, strided } from './window.ts';

const schema = z.strictObject({
  type: z.literal('conv'),
  filters: count,
  kernel: count,
  stride: count,
  pad: z.int().min(0),
  /** Whether the convolution has one; on unless said otherwise. */
  bias: z.boolean().optional(),
  /** ReLU unless said otherwise. */
  activation: z.enum(['relu', 'none']).optional(),
});

export type ConvEntry = Readonly<z.infer<typeof schema>>;

/** Convolution + BatchNorm + ReLU, the unit VGG counts as one layer. */
export const conv: EntryType<ConvEntry> = {
  type: 'conv',
  kind: 'conv',
  schema: () => schema,
  label: ({ kernel, stride, activation }) =>
    `conv ${kernel}×${kernel}${strided(stride)}, BatchNorm${activation === 'none' ? '' : ', ReLU'}`,
  shape: ({ kernel, stride, pad, filters }, { input }) => slide(input, { size: kernel, stride, pad }, filters),
  nodes: () => false,
  cost(entry, { input }) {
    const { filters, kernel, stride, pad, bias = true } = entry;
    const [height, width] = slide(input, { size: kernel, stride, pad }, filters);
    const weights = kernel ** 2 * input[2] * filters;
    return {
      parameters: weights + (bias ? filters : 0) + 2 * filters,
      multiplyAdds: weights * height * width,
    };
  },
  torchModules: ({ activation }) => (activation === 'none' ? 2 : 3),
  build: ({ filters, kernel, stride, pad, bias = true, activation = 'relu' }, { input, name, seed }) =>
    normConv({
      convName: name(0),
      normName: name(1),
      maps: input[2],
      filters,
      kernel,
      window: { stride, pad },
      activation,
      bias,
      seed,
    }),
  write({ kernel, stride, pad, bias = true, activation = 'relu' }, { name }, x, graph) {
    const weights = [`${name(0)}.weight`, ...(bias ? [`${name(0)}.bias`] : [])].map((each) => graph.weight(each));
    const convolved = graph.add('Conv', [x, ...weights], windowAttributes(kernel, stride, pad));
    return addActivation(graph, addNorm(graph, convolved, name(1), defaultNorm.epsilon), activation);
  },
};
