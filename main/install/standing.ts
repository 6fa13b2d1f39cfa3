import type { EngineReport } from '../engine/engine.ts';
import { installedEngine, isInstallable, type InstalledEngine } from '../engine/installed.ts';
import { libraryFor } from './pinned.ts';

/** Where an engine can be had from: TensorFlow's own download, a Python environment, the npm registry. */
export type EngineSource = InstalledEngine['source'];

/** An engine as it was tried, and what is installed of it. */
export interface EngineStanding extends EngineReport {
  readonly installed: Pick<InstalledEngine, 'source' | 'tensorflow' | 'python' | 'packages' | 'installedAt'> | null;
  /** Why what is installed cannot be read; absent where it can, or nothing is. */
  readonly damaged?: string;
  /** None where it need not or cannot be installed here. */
  readonly sources: readonly EngineSource[];
}

/** Where the engine of a name can be had from on this system. */
export function sourcesOf(name: string): readonly EngineSource[] {
  if (!isInstallable(name)) return [];
  if (name === 'webgpu') return ['registry'];
  const python = process.platform !== 'win32' && !(name === 'cuda' && process.platform === 'darwin');
  return [...(libraryFor(name) ? (['download'] as const) : []), ...(python ? (['python'] as const) : [])];
}

export function standingOf(report: EngineReport): EngineStanding {
  const found = isInstallable(report.name) ? installedEngine(report.name) : null;
  const sources = sourcesOf(report.name);
  if (found && 'damaged' in found) return { ...report, installed: null, damaged: found.damaged, sources };
  if (!found) return { ...report, installed: null, sources };
  const { source, tensorflow, python, packages, installedAt } = found;
  return { ...report, installed: { source, tensorflow, python, packages, installedAt }, sources };
}
