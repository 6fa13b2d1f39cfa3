import type { ExperimentInput, Method } from '../../../main/api.ts';
import { valueAt, withoutValue, withValue } from './sparse.ts';

interface MethodWords {
  readonly label: string;
  /** In a few words, and in a sentence. */
  readonly short: string;
  readonly hint: string;
}

/** The methods in the order to offer them. */
export const methodWords: Readonly<Record<Method, MethodWords>> = {
  deprune: {
    label: 'deprune',
    short: 'Few maps first, then more',
    hint: 'Train with few maps first, then with more: algorithms 1 and 2',
  },
  prune: {
    label: 'prune',
    short: 'A smaller model each time',
    hint: 'Train the whole, then a smaller model for each falling budget: algorithm 3',
  },
  full: {
    label: 'full budget',
    short: 'All maps throughout',
    hint: 'All maps throughout: what deprune is measured against',
  },
  'high-compression': {
    label: 'high compression',
    short: 'Few maps throughout',
    hint: 'The smallest budget throughout',
  },
  scratch: {
    label: 'from scratch',
    short: 'New weights each time',
    hint: 'New weights for each budget: what prune is measured against',
  },
  'plain-split': {
    label: 'plain split',
    short: 'A cut without a module',
    hint: 'Cut without a module, as in Neurosurgeon',
  },
  'raw-image': {
    label: 'raw images',
    short: 'The server does it all',
    hint: 'The server computes everything; images cross the network',
  },
};

export const methodNames = Object.keys(methodWords) as Method[];

export function hasModule(method: Method): boolean {
  return method !== 'plain-split' && method !== 'raw-image';
}

/** Whether a method wants the largest budget first. */
export function fallsBy(method: Method): boolean {
  return method === 'prune' || method === 'scratch';
}

/**
 * A draft with another method. What the user has set stays unless the method contradicts it: budgets turn around with
 * the direction, the module goes where there is none and is back where one is needed.
 */
export function withMethod(draft: ExperimentInput, method: Method): ExperimentInput {
  let next: ExperimentInput = { ...draft, method };
  const falls = fallsBy(method);
  if (draft.phases && (method === 'deprune' || falls)) {
    const height = ({ budget }: { budget: number | 'full' }): number => (budget === 'full' ? Infinity : budget);
    const order = [...draft.phases].sort((a, b) => (falls ? height(b) - height(a) : height(a) - height(b)));
    next = { ...next, phases: order };
  }
  if (!hasModule(method) || valueAt(next, 'split.module') === null) next = withoutValue(next, 'split.module');
  if (method === 'raw-image' || (draft.method === 'raw-image' && valueAt(next, 'split.layer') === 0)) {
    next = withoutValue(next, 'split.layer');
  }
  return next;
}

/** A draft cut at another layer; raw images, which are cut at the image alone, become a plain split elsewhere. */
export function withLayer(draft: ExperimentInput, layer: number): ExperimentInput {
  const moved = draft.method === 'raw-image' && layer > 0 ? withMethod(draft, 'plain-split') : draft;
  return withValue(moved, 'split.layer', layer);
}
