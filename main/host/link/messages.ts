import type { Link } from '../../offload/link.ts';
import type { Address } from '../../offload/relay.ts';
import type { Failure } from '../failure.ts';

export interface LinksRequest {
  readonly target: Address;
  readonly link: Link;
  /** All links share one channel. */
  readonly shared: boolean;
  readonly count: number;
  readonly seed: number;
}

/** To the process of emulated links; `open` comes first. `cut` breaks the connections of one of them. */
export type ToLinks =
  | { readonly kind: 'open'; readonly request: LinksRequest }
  | { readonly kind: 'cut'; readonly index: number }
  | { readonly kind: 'count' };

export type FromLinks =
  | { readonly kind: 'ready'; readonly addresses: readonly Address[] }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** TCP payload of each link so far. */
  | { readonly kind: 'bytes'; readonly bytes: readonly { readonly up: number; readonly down: number }[] };
