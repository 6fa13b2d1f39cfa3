import type { SgdOptions, SgdUpdate } from './sgd.ts';
import * as standard from './standard.ts';

type Standard = typeof standard;

/** The operations the layers call; an engine may bring its own version of any. */
export interface Ops extends Standard {
  /** Takes the steps of several parameters together, up to `updatesAtOnce`; without it they are taken one by one. */
  readonly sgdSteps?: (updates: readonly SgdUpdate[], options: SgdOptions) => void;
  readonly updatesAtOnce?: () => number;
}

/** The versions that the open engine computes with. */
export let current: Ops = standard;

/** Takes these versions from now on, and the standard ones for the rest. */
export function useOps(own: Partial<Ops> = {}): void {
  current = { ...standard, ...own };
}
