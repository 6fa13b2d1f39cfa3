import type { PaperSpec } from '../charts/spec.ts';
import type { EngineChoice } from '../engine/choices.ts';
import type { SavedView } from '../listing/view.ts';

/** What the user has set for all runs and windows. */

export interface Settings {
  readonly theme: 'system' | 'light' | 'dark';
  /** Runs that train at the same time. */
  readonly parallelRuns: number;
  /** Of the cpu engine for new experiments; null is all cores. */
  readonly threads: number | null;
  readonly engine: EngineChoice;
  /** Defaults of chart exports. */
  readonly paper: PaperSpec;
  readonly notifications: boolean;
  /** The address that is told of runs that end or fail; empty for none. */
  readonly webhook: string;
  /** That new runs belong to. */
  readonly project: string;
  /** Ways to look at the runs that were given a name. */
  readonly views: readonly SavedView[];
}
