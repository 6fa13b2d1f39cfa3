import type { EvaluateRequest, StepRequest } from '../offload/protocol/messages.ts';
import type { CodecChoice } from '../offload/codecs/table.ts';
import type { Codecs } from './controller.ts';
import type { Budget } from './records.ts';
import type { CodecStates, ServerState, StateDict } from './snapshot.ts';

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

/** A phase as it is entered, or gone on with after a break. */
export interface PhaseStart {
  readonly phase: number;
  readonly budget: Budget;
  /** The optimiser forgets its velocities. */
  readonly fresh: boolean;
}

/** The server half as the client sees it, wherever it runs. */
export interface Offloader {
  /** One training step, in which the server's weights are updated. */
  step(request: StepRequest, codecs: Codecs): Promise<StepResult>;
  /** Mean loss and number right of a batch in inference mode; bytes are not counted as training traffic. */
  evaluate(request: EvaluateRequest, codec: CodecChoice): Promise<{ loss: number; correct: number }>;
  /** Comes before the first step of a phase, and before the first one after a break. */
  phase(start: PhaseStart): Promise<void>;
  /** The half as it stands; in full when `final`, as the pair is then taken away. */
  checkpoint(final: boolean): Promise<ServerState>;
  /** What the codecs of both ends remember; undefined where none remembers anything. */
  readCodecs(): Promise<CodecStates | undefined>;
  /** Puts the half back, and the codecs of both ends where these were saved. */
  restore(saved: ServerState, codecs?: CodecStates): Promise<void>;
  /**
   * SplitFed: the average of the client halves of all sources of the run, each by the samples it trained on since the
   * round before (counted from 0). Missing where there is one source.
   */
  average?(round: number, samples: number, weights: StateDict): Promise<StateDict>;
  close(): Promise<void>;
}
