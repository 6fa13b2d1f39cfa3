import type { DataProgress } from '../data/progress.ts';

/** Data sets, and what is being done about them. */

export interface Sample {
  readonly label: string;
  readonly png: Uint8Array;
}

export interface ImportRequest {
  readonly path: string;
  readonly name?: string;
  readonly format?: string;
  readonly size?: number;
  readonly nested?: boolean;
  readonly skipDamaged?: boolean;
}

export type DataTask = LongTask<'get' | 'import'>;

/** Work of minutes that the lab does beside all else. */
export interface LongTask<Kind extends string> {
  readonly id: number;
  readonly kind: Kind;
  readonly name: string;
  readonly status: 'running' | 'done' | 'failed' | 'cancelled';
  readonly progress: DataProgress | null;
  /** What the user should know when it is done, or why it failed. */
  readonly notes: readonly string[];
}
