import type { ServerAddress } from '../../offload/dial.ts';

/** What a run needs to know of the network besides its experiment. */
export interface NetworkOptions {
  /** An offload server that is there already; without one a run starts its own on this machine. */
  readonly offload?: ServerAddress;
  /** How long to try to reach the server, at first and after every loss. */
  readonly retrySeconds?: number;
}
