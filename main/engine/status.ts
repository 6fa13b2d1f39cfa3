import type { EngineReport } from './engine.ts';
import type { InstalledEngine } from './installed.ts';

/** Where an engine can be had from: TensorFlow's own download, a Python environment, the npm registry. */
export type EngineSource = InstalledEngine['source'];

/** An engine as it was tried, and what is installed of it. */
export interface EngineStatus extends EngineReport {
  readonly installed: Pick<InstalledEngine, 'source' | 'tensorflow' | 'python' | 'packages' | 'installedAt'> | null;
  /** Why what is installed cannot be read; absent where it can, or nothing is. */
  readonly damaged?: string;
  /** None where it need not or cannot be installed here. */
  readonly sources: readonly EngineSource[];
}
