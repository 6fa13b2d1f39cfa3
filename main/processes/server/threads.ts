import type { MessagePort, Worker } from 'node:worker_threads';
import { createBirpc, type BirpcReturn } from 'birpc';
import type { EngineName } from '../../engine/choices.ts';
import type { Drawn } from '../../model/layers/drawn.ts';
import type { EvaluateRequest, Features, Score, StepAnswer, StepRequest } from '../../offload/protocol/messages.ts';
import type { SessionRequest } from '../../offload/protocol/control.ts';
import type { OffloadServerOptions, ServerEvent } from '../../offload/server/server.ts';
import { errorOf, failureOf, type Failure } from '../../failure.ts';
import { ownBuffers } from './own-buffers.ts';
import type { ServerStats } from './stats.ts';

/**
 * An offload server is two threads: one computes, and while it does it hears nobody; the other has the sockets, and
 * answers signs of life however long a step takes. With the first session for inference a third starts, which computes
 * beside the training.
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
  /** For the half of one session. */
  readonly sessionBytes: number;
  /** What inference computes with. */
  readonly inference: InferenceEngine;
}

export interface InferenceEngine {
  readonly engine: EngineName | 'auto';
  readonly threads: number;
}

/**
 * What a thread that computes is asked to do with the half that `id` names. The tensors of a request are handed over,
 * not copied: the asker has them no longer.
 */
export interface ComputeThread {
  /** What is not among the weights is drawn by it. */
  build(id: string, request: SessionRequest, weights: Drawn): Promise<void>;
  step(id: string, request: StepRequest): Promise<StepAnswer>;
  /** One step on the batches of several sources; an answer to each, in their order. */
  stepTogether(id: string, requests: readonly StepRequest[]): Promise<StepAnswer[]>;
  evaluate(id: string, request: EvaluateRequest): Promise<Score>;
  /** Logits, `[samples, classes]`. */
  infer(id: string, features: Features): Promise<Float32Array>;
  resetOptimiser(id: string): void;
  /** Weights and velocities as one safetensors file. */
  read(id: string): Promise<Uint8Array>;
  write(id: string, checkpoint: Uint8Array): Promise<void>;
  close(id: string): void;
}

/** What the thread that trains is asked to do besides. */
export interface TrainingThread extends ComputeThread {
  /** Not answered. */
  event(event: ServerEvent): void;
}

/** What the thread that infers is asked to do besides, first of all. */
export interface InferenceThread extends ComputeThread {
  /** Throws what openEngine throws. */
  open(engine: InferenceEngine): Promise<void>;
}

/** The functions of another thread, each answered later. */
export type Elsewhere<Functions> = {
  readonly [Name in keyof Functions]: Functions[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : never;
};

interface Message {
  /** Name of the function that is called, and what with. */
  readonly m?: string;
  readonly a?: readonly unknown[];
  /** Its result, or what it threw. */
  readonly r?: unknown;
  readonly e?: unknown;
}

/** The functions whose arguments stay with who calls them: the certificate, for one, is looked at again. */
const copied: ReadonlySet<string | undefined> = new Set<keyof SocketsThread | 'event'>(['listen', 'event']);

/**
 * The functions of the other thread, which reaches those of this one. What they throw arrives as it was thrown; tensors
 * and files are handed over without a copy, there and back.
 */
export function callsOver<Remote extends object, Local extends object>(
  port: MessagePort | Worker,
  local: Local,
): BirpcReturn<Remote, Local> {
  return createBirpc<Remote, Local>(local, {
    post: (message: Message) => port.postMessage(message, copied.has(message.m) ? [] : ownBuffers(message)),
    on: (listener) => void port.on('message', listener),
    serialize: (message: Message) => (message.e ? { ...message, e: failureOf(message.e) } : message),
    deserialize: (message: Message) => (message.e ? { ...message, e: errorOf(message.e as Failure) } : message),
    timeout: -1,
  });
}
