import type { EvaluateRequest, Score, ServerSeconds, StepAnswer, StepRequest } from '../offload/protocol/messages.ts';
import type { CodecChoice } from '../offload/codecs/table.ts';
import type { Codecs } from './controller.ts';
import type { Budget } from '../records/column.ts';
import type { TakenStep } from '../offload/protocol/control.ts';
import type { CodecStates, ServerState, StateDict } from './snapshot.ts';

/** A step's answer, and what the step cost. */
export interface MeteredAnswer extends StepAnswer, ServerSeconds {
  /** Bytes of the messages, and as counted at the socket; the same where there is none. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly wireUp: number;
  readonly wireDown: number;
  /** Seconds on the way. */
  readonly wireSeconds: number;
}

/** A phase as it is entered, or gone on with after a break. */
export interface PhaseStart {
  readonly training: number;
  readonly phase: number;
  readonly budget: Budget;
  /** The optimiser forgets its velocities. */
  readonly fresh: boolean;
}

/** The server half as the client sees it, wherever it runs. */
export interface Offloader {
  /** One training step, in which the server's weights are updated. */
  step(request: StepRequest, codecs: Codecs): Promise<MeteredAnswer>;
  /** Mean loss and number right of a batch in inference mode; bytes are not counted as training traffic. */
  evaluate(request: EvaluateRequest, codec: CodecChoice): Promise<Score>;
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
  /** Steps from a number on that the half took from this source before. Missing where nobody else trains it meanwhile. */
  taken?(from: number): Promise<readonly TakenStep[]>;
  close(): Promise<void>;
}
