import type { Fingerprint } from '../../data/fingerprint.ts';
import type { ServerAddress } from '../../offload/client/dial.ts';
import type { Experiment } from '../../runs/experiment/experiment.ts';
import type { TrainingRecord } from '../../records/record.ts';
import type { Checkpoint, Snapshot } from '../../training/snapshot.ts';
import type { TakenStep } from '../../offload/protocol/control.ts';
import type { EarlyEnd } from '../../training/stop.ts';
import type { Failure } from '../../failure.ts';

/** What a data source is to do: its part of a run, from the start or from a checkpoint on. */
export interface SourceTask {
  readonly experiment: Experiment;
  readonly seed: number;
  readonly index: number;
  /** Of its engine: those that the run began with. The engine's own choice unless given. */
  readonly threads: number | undefined;
  /** Names the run to the offload server, the same each time the run is gone on with. */
  readonly run: string;
  /** null: the server half is built in the source's own process. */
  readonly server: ServerAddress | null;
  readonly retrySeconds: number;
  readonly resume: Snapshot | null;
  /** Others go on with the server half meanwhile, so that it may have learned already. */
  readonly joins?: boolean;
}

/** A source that is not at a checkpoint, and the step from which on nobody told of what the server half learned from it. */
export interface AwaySource {
  readonly source: number;
  readonly from: number;
}

/** What sources that train one server half agree on at a checkpoint. */
export interface MeetingOutcome {
  /** Whether this source sees to the server half's state. */
  readonly keeper: boolean;
  /** Whether it is needed in full. */
  readonly full: boolean;
  /** Told to the keeper: the other sources that train the half, of which it asks the server. */
  readonly away?: readonly AwaySource[];
}

/** From the run to a data source; `task` comes first and once. */
export type ToSource =
  | { readonly kind: 'task'; readonly task: SourceTask }
  /** Answers `open`. */
  | { readonly kind: 'enter' }
  /** Answers `arrived`. */
  | ({ readonly kind: 'met' } & MeetingOutcome)
  /** Answers the record of an epoch, where phases may end early: what it ends. */
  | { readonly kind: 'judged'; readonly end: EarlyEnd | null }
  /** Answers `checkpoint`: it is on the disk. */
  | { readonly kind: 'saved' }
  | { readonly kind: 'pause' }
  | { readonly kind: 'proceed' }
  /** Ends the source after a last checkpoint, or at once where it cannot reach the server. */
  | { readonly kind: 'stop' };

/** The server half that a source has opened. */
export interface OpenedHalf {
  /** What its server computes with, as that says; null where it is the source itself. */
  readonly engine: string | null;
  /** The name of the half, where others train it as well. */
  readonly half?: string | undefined;
}

/** From a data source to its run; `ended` and `failed` are the last message. */
export type FromSource =
  | { readonly kind: 'alive' }
  | {
      readonly kind: 'ready';
      readonly engine: EngineFacts;
      readonly stepsPerEpoch: number;
      /** Of the data set it has: the run's own is to be the same. */
      readonly fingerprint: Fingerprint;
    }
  /** The server half is as it should be: training may begin. */
  | ({ readonly kind: 'open' } & OpenedHalf)
  | { readonly kind: 'record'; readonly record: TrainingRecord }
  /** Steps of a source that the server half has learned from, and that the source itself may not have told of. */
  | { readonly kind: 'taken'; readonly source: number; readonly steps: readonly TakenStep[] }
  /** At a checkpoint, with nothing under way to the server; a final one takes the server half along in full. */
  | { readonly kind: 'arrived'; readonly final: boolean }
  | { readonly kind: 'checkpoint'; readonly checkpoint: Checkpoint }
  | { readonly kind: 'link'; readonly event: 'lost' | 'retry' | 'reconnected'; readonly message: string }
  | { readonly kind: 'ended' }
  /** The error itself comes from a source in the same process. */
  | { readonly kind: 'failed'; readonly failure: Failure; readonly error?: unknown };

export interface EngineFacts {
  readonly name: string;
  readonly device: string;
  readonly detail: string;
}

/** From a source that has no copy of the data set to where it joined; its run does not hear it. */
export interface WantsData {
  readonly kind: 'wants-data';
}

/** Answers that: the images of the source (readPacked), as a message within this one, with its SHA-256. */
export interface SentData {
  readonly kind: 'data';
  readonly data: Uint8Array;
  readonly sha256: string;
}
