import type { MessagePort, Worker } from 'node:worker_threads';
import { createBirpc, type BirpcReturn } from 'birpc';
import type { SessionRequest } from '../../offload/protocol/control.ts';
import type { OffloadServerOptions, ServerEvent } from '../../offload/server/server.ts';
import { errorOf, failureOf, type Failure } from '../../failure.ts';
import type { BuiltHalf } from './build-half.ts';
import type { ServerStats } from './stats.ts';

/**
 * An offload server is two threads: one computes, and while it does it hears nobody; the other has the sockets, and
 * answers signs of life however long a step takes.
 */

/** What the thread with the sockets is asked to do. */
export interface SocketsThread {
  /** Its address. */
  listen(options: SocketsOptions): Promise<string>;
  stats(): Promise<ServerStats>;
  close(): Promise<void>;
}

export interface SocketsOptions extends Omit<OffloadServerOptions, 'open' | 'onEvent'> {
  /** For server halves and the batches they work on. */
  readonly memoryBytes: number;
}

/** What the thread that computes is asked to do. */
export interface ComputeThread {
  /** Builds the half that `id` names from now on. */
  build(id: string, request: SessionRequest): void;
  ask(id: string, name: keyof BuiltHalf, args: readonly unknown[]): Promise<unknown>;
  /** Not answered. */
  event(event: ServerEvent): void;
}

/** The functions of the other thread, which reaches those of this one. What they throw arrives as it was thrown. */
export function callsOver<Remote extends object, Local extends object>(
  port: MessagePort | Worker,
  local: Local,
): BirpcReturn<Remote, Local> {
  return createBirpc<Remote, Local>(local, {
    post: (message) => port.postMessage(message),
    on: (listener) => void port.on('message', listener),
    serialize: (message: { e?: unknown }) => (message.e ? { ...message, e: failureOf(message.e) } : message),
    deserialize: (message: { e?: Failure }) => (message.e ? { ...message, e: errorOf(message.e) } : message),
    timeout: -1,
  });
}
