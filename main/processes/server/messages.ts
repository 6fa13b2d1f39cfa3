import type { ServerEvent } from '../../offload/server/server.ts';
import type { Failure } from '../../failure.ts';
import type { ServeOptions } from './serve.ts';
import type { ServerStats } from './stats.ts';

/** To the process of an offload server. `serve` comes first. */
export type ToServer = { readonly kind: 'serve'; readonly options: ServeOptions } | { readonly kind: 'close' };

export interface ServerReady {
  readonly url: string;
  readonly token: string;
  readonly fingerprint?: string;
  readonly engine: string;
}

/** `ready` or `failed` answers `serve`; `stats` come when they have changed, at most twice a second. */
export type FromServer =
  | { readonly kind: 'ready'; readonly ready: ServerReady }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'stats'; readonly stats: ServerStats }
  | { readonly kind: 'event'; readonly event: ServerEvent };
