import type { JoinPoint } from '../source/elsewhere/join-point.ts';
import type { ServerAddress } from '../../offload/client/dial.ts';

/** What a run needs to know of the network besides its experiment. */
export interface NetworkOptions {
  /** An offload server that is there already; without one a run starts its own on this machine. */
  readonly offload?: ServerAddress;
  /** How long to try to reach the server, at first and after every loss. */
  readonly retrySeconds?: number;
  /** Sources that join from other machines. */
  readonly join?: JoinOptions;
}

export interface JoinOptions {
  /** How many: the last ones of the run. */
  readonly count: number;
  /** Where to listen for them. */
  readonly host: string;
  readonly port: number;
  /** Tells the user how to join. */
  readonly announce: (joinPoint: Pick<JoinPoint, 'url' | 'token' | 'fingerprint'>) => void;
}
