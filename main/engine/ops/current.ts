import * as standard from './standard.ts';

/** The operations the layers call; an engine may bring its own version of any. */
export type Ops = typeof standard;

/** The versions that the open engine computes with. */
export let current: Ops = standard;

/** Takes these versions from now on, and the standard ones for the rest. */
export function useOps(own: Partial<Ops> = {}): void {
  current = { ...standard, ...own };
}
