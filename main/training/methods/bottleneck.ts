import type { Method } from './method.ts';
import { throughout } from './trainings.ts';

/**
 * A baseline: the module itself makes fewer maps, all of which cross in all epochs, trained from new weights without a gate
 * (BottleNet, Eshratifar et al., ISLPED 2019; BottleNet++, Shao and Zhang, ICC Workshops 2020, whose encoder and decoder are
 * this module: a convolution with a norm and a sigmoid, and a transposed one with a norm and a ReLU).
 */
export const bottleneck = {
  name: 'bottleneck',
  words: {
    label: 'fixed bottleneck',
    short: 'A narrow module, no gate',
    hint: 'The module makes c times fewer maps, all of which cross, as in BottleNet++: there is no gate',
    help: 'the module’s own maps throughout, fewer by split.module.features, and no gate',
  },
  order: null,
  module: true,
  gate: 'none',
  elsewhere: null,
  remark: {
    text: 'There is no gate: all maps of the module cross in all {epochs} epochs, fewer by features c, whatever the budgets.',
    unless: 'single-full',
  },
  defaults: {
    split: { module: { features: 8 } },
    gate: { name: 'none' },
    phases: [{ budget: 'full', epochs: 9 }],
  },
  trainings: (phases) => [throughout(null, phases)],
} as const satisfies Method;
