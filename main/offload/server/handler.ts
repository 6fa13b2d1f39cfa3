import type { EvaluateRequest, Extent, Features, StepRequest } from '../protocol/messages.ts';
import type { SessionRequest } from '../protocol/control.ts';

/** What a step gives; the gradient is empty where the session wants none. */
export interface StepOutcome {
  readonly gradient: Float32Array;
  readonly loss: number;
  readonly correct: number;
}

/** The server half behind a session. No two of its functions run at the same time, except `check`. */
export interface SessionHandler {
  /** Throws for a request that does not suit the half. Asked before the request's tensors take memory. */
  check(extent: Extent): void;
  step(request: StepRequest): Promise<StepOutcome>;
  /** Several sources' batches under one budget as one step; an outcome for each, in their order. */
  stepTogether(requests: readonly StepRequest[]): Promise<StepOutcome[]>;
  evaluate(request: EvaluateRequest): Promise<{ loss: number; correct: number }>;
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
