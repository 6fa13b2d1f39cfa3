import type { Features } from '../../offload/protocol/messages.ts';
import type { ServerEvent } from '../../offload/server/server.ts';
import type { ShownSet } from '../page/set-content.ts';
import type { ServingOptions, ServingStats } from '../../serving/server.ts';

/**
 * A server for inference is two threads: one computes, and while it does it hears nobody; the other has the sockets,
 * reads requests and joins them to batches.
 */

/** What the thread with the sockets is asked to do. */
export interface ServingThread {
  /** Its address. */
  listen(options: ServingThreadOptions): Promise<string>;
  stats(): ServingStats;
  /** Answers what was asked until now, then closes all connections. */
  close(): Promise<void>;
}

export interface ServingThreadOptions extends Omit<ServingOptions, 'infer' | 'onEvent' | 'otherPaths' | 'clock'> {
  /** The sets of the page of a device, where that is to be served. */
  readonly page?: readonly ShownSet[];
}

/** What the thread that computes is asked to do. */
export interface HalvesThread {
  /** Logits `[samples, classes]` of the half of a pair, by its name. The tensors are handed over. */
  infer(pair: string, features: Features): Promise<Float32Array>;
  /** Not answered. */
  event(event: ServerEvent): void;
}
