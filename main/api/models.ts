import type { KeptEpoch } from '../records/best-epoch.ts';
import type { LongTask } from './data.ts';

/** Model sets: what is kept of trained pairs, and what is being done about it. */

export type { SetEntry } from '../sets/home.ts';
export type { ModelSet, SetPair } from '../sets/manifest.ts';

/** A set of the pairs that a run has trained, called like the run unless it is named. */
export interface SetOfRun {
  readonly run: string;
  readonly name?: string;
  /** Each pair as its phase ended, unless of the best epoch of that phase. */
  readonly epoch?: KeptEpoch;
}

/** A zip or a folder that was exported. */
export interface SetImport {
  readonly path: string;
  readonly name?: string;
}

export interface SetExport {
  readonly set: string;
  /** As it is, or both halves of every pair as ONNX; a zip either way. */
  readonly format: 'zip' | 'onnx';
  /** Of ONNX: images come as (x / 255 − mean) / std; they are bytes unless so. */
  readonly normalised?: boolean;
}

/** What the halves of a set's pairs compute for one image on this machine. */
export interface SetTimes {
  /** What computes: that of the client, then that of the server where it is another. */
  readonly engines: readonly string[];
  /** Seconds, in the order of the pairs. */
  readonly pairs: readonly { readonly client: number; readonly server: number }[];
}

export type ModelTask = LongTask<'add' | 'import' | 'export'>;
