import type { HalfState, NamedTensor, StateDict } from '../model/state.ts';
import type { TrainingRecord } from '../records/record.ts';

export type { HalfState, NamedTensor, StateDict };

/**
 * The server half at a checkpoint: here in full; on the server's own disk under this name; or, where all sources of a
 * run train one, with the checkpoint that another source made at the same moment.
 */
export type ServerState =
  | { readonly kind: 'state'; readonly state: HalfState }
  | { readonly kind: 'kept'; readonly name: string; readonly sha256: string }
  | { readonly kind: 'shared' };

/** What the codecs of a session remember at either end (SessionCodecs). */
export interface CodecStates {
  readonly client: StateDict;
  readonly server: StateDict;
}

/** Where a training stands: everything counted from 0, `batch` being the next one of the epoch. */
export interface Position {
  readonly training: number;
  readonly phase: number;
  readonly epoch: number;
  readonly batch: number;
  readonly step: number;
  /** The epoch its phase began at; missing where that is the one planned, as long as no phase has ended early. */
  readonly firstEpoch?: number | undefined;
}

/** What is summed up since the training began, and what since the current epoch began. */
export const sinceStart = ['bytesUp', 'bytesDown', 'wireUp', 'wireDown', 'seconds'] as const;
export const sinceEpoch = ['epochLoss', 'epochCorrect', 'epochSamples', 'epochSeconds'] as const;

export type TotalName = (typeof sinceStart | typeof sinceEpoch)[number];
export type Totals = Readonly<Record<TotalName, number>>;

/** All totals, each made by its name. */
export function totalsOf<Value>(make: (name: TotalName) => Value): Record<TotalName, Value> {
  return Object.fromEntries([...sinceStart, ...sinceEpoch].map((name) => [name, make(name)])) as Record<
    TotalName,
    Value
  >;
}

/** Everything needed to go on bit for bit. */
export interface Snapshot {
  readonly position: Position;
  readonly totals: Totals;
  readonly client: HalfState;
  readonly server: ServerState;
  /** Missing where no codec remembers anything. */
  readonly codecs?: CodecStates;
}

/** `final` marks the pair of a finished phase: a member of Θ, kept for good. */
export interface Checkpoint {
  readonly kind: 'checkpoint';
  readonly final: boolean;
  readonly snapshot: Snapshot;
}

export type TrainingEvent = TrainingRecord | Checkpoint;
