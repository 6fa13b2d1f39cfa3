import type { EvaluateRequest, Extent, Features, Score, StepAnswer, StepRequest } from '../protocol/messages.ts';
import type { SessionRequest } from '../protocol/control.ts';

/*
 * A step's way, and what each on it has to do: session.ts reads the message and writes the answer, TrainedHalf waits for
 * its turn and gathers, openHalf refuses what does not suit and calls the thread that computes, computeHalves knows the
 * half there, and serverHalf trains it.
 */

/**
 * The server half behind a session. No two of its functions run at the same time, except `check`. What a request holds is
 * the half's from then on, and what it answers is the asker's: neither is used again by who gave it.
 */
export interface SessionHandler {
  /** Throws for a request that does not suit the half. Asked before the request's tensors take memory. */
  check(extent: Extent): void;
  step(request: StepRequest): Promise<StepAnswer>;
  /** Several sources' batches under one budget as one step; an answer to each, in their order. */
  stepTogether(requests: readonly StepRequest[]): Promise<StepAnswer[]>;
  evaluate(request: EvaluateRequest): Promise<Score>;
  /** Logits, `[samples, classes]`. */
  infer(features: Features): Promise<Float32Array>;
  resetOptimiser(): Promise<void>;
  /** Weights and velocities as one safetensors file. */
  read(): Promise<Uint8Array>;
  write(checkpoint: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Builds the server half a session asks for. Throws for a model or cut it does not have. */
export type OpenHandler = (request: SessionRequest) => Promise<SessionHandler>;
