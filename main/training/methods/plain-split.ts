import type { Method, ScheduleRemark } from './method.ts';
import { throughout } from './trainings.ts';

/** What a method without a module makes of budgets. */
export const gateless: ScheduleRemark = {
  text: 'There is no gate: every map crosses the network in all {epochs} epochs, whatever the budgets.',
  unless: null,
};

/** A baseline: a cut without a module. */
export const plainSplit = {
  name: 'plain-split',
  words: {
    label: 'plain split',
    short: 'A cut without a module',
    hint: 'Cut without a module, as in Neurosurgeon',
    help: 'no module',
  },
  order: null,
  module: false,
  elsewhere: null,
  baseline: true,
  remark: gateless,
  defaults: { split: { module: null } },
  trainings: (phases) => [throughout(null, phases)],
} as const satisfies Method;
