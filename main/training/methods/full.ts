import type { Method } from './method.ts';
import { throughout } from './trainings.ts';

/** A baseline: all maps in all epochs. */
export const full = {
  name: 'full',
  words: {
    label: 'full budget',
    short: 'All maps throughout',
    hint: 'All maps throughout: what deprune is measured against',
    help: 'all maps for the epochs of all phases',
  },
  order: null,
  module: true,
  elsewhere: null,
  baseline: true,
  remark: {
    text: 'Full budget trains all {epochs} epochs with all maps, so that it compares with this schedule.',
    unless: 'single-full',
  },
  defaults: {},
  trainings: (phases) => [throughout(null, phases)],
} as const satisfies Method;
