import type { Link } from '../../offload/link/link.ts';
import type { Address } from '../../offload/link/relay.ts';
import type { Failure } from '../../failure.ts';

/** To the process of emulated links: the first message it gets. */
export interface LinksRequest {
  readonly target: Address;
  readonly link: Link;
  /** All links share one channel. */
  readonly shared: boolean;
  readonly count: number;
  /** Of links that take the place of others; any free ones unless given. */
  readonly ports?: readonly number[];
  readonly seed: number;
}

/** What comes after it: from now on all links are this one. */
export interface LinkChange {
  readonly change: Link;
}

export type ToLinks = LinksRequest | LinkChange;

export type FromLinks =
  | { readonly kind: 'ready'; readonly addresses: readonly Address[] }
  | { readonly kind: 'failed'; readonly failure: Failure };
