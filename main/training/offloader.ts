import type { EvaluateRequest, StepRequest } from '../offload/messages.ts';
import type { StateDict } from '../model/state.ts';

/** What the server says of a step, and what the step cost. */
export interface StepResult {
  /** (∂L/∂(x·m))·m, [samples, h, w, B]; empty when the client has nothing to train. */
  readonly gradient: Float32Array;
  readonly loss: number;
  readonly correct: number;
  /** Bytes of the messages, and as counted at the socket; the same where there is none. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly wireUp: number;
  readonly wireDown: number;
  /** Seconds on the way, in the server's computation, and waiting for the server's turn. */
  readonly wireSeconds: number;
  readonly serverSeconds: number;
  readonly waitSeconds: number;
}

/** Weights and velocities of one half. */
export interface HalfState {
  readonly weights: StateDict;
  readonly momentum: StateDict;
}

/** The server half as the client sees it, wherever it runs. */
export interface Offloader {
  /** One training step, in which the server's weights are updated. */
  step(request: StepRequest): Promise<StepResult>;
  /** Mean loss and number right of a batch in inference mode; bytes are not counted as training traffic. */
  evaluate(request: EvaluateRequest): Promise<{ loss: number; correct: number }>;
  /** Forgets the optimiser's velocities. */
  resetOptimiser(): Promise<void>;
  read(): Promise<HalfState>;
  write(state: HalfState): Promise<void>;
  close(): Promise<void>;
}
