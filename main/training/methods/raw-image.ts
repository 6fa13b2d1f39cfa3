import type { Method } from './method.ts';
import { gateless, plainSplit } from './plain-split.ts';
import { throughout } from './trainings.ts';

/** A baseline: the images cross the network as they are. */
export const rawImage = {
  name: 'raw-image',
  words: {
    label: 'raw images',
    short: 'The server does it all',
    hint: 'The server computes everything; images cross the network',
    help: 'the server computes everything',
  },
  order: null,
  module: false,
  elsewhere: plainSplit.name,
  remark: gateless,
  defaults: { split: { layer: 0, module: null } },
  trainings: (phases) => [throughout(null, phases)],
} as const satisfies Method;
