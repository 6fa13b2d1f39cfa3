import type { EngineReport } from '../engine/engine.ts';
import { installedEngine, isInstallable } from '../engine/installed.ts';
import type { EngineSource, EngineStatus } from '../engine/status.ts';
import { libraryFor } from './pinned.ts';

/** Where the engine of a name can be had from on this system. */
export function sourcesOf(name: string): readonly EngineSource[] {
  if (!isInstallable(name)) return [];
  if (name === 'webgpu') return ['registry'];
  const python = process.platform !== 'win32' && !(name === 'cuda' && process.platform === 'darwin');
  return [...(libraryFor(name) ? (['download'] as const) : []), ...(python ? (['python'] as const) : [])];
}

export function statusOf(report: EngineReport): EngineStatus {
  const found = isInstallable(report.name) ? installedEngine(report.name) : null;
  const sources = sourcesOf(report.name);
  if (found && 'damaged' in found) return { ...report, installed: null, damaged: found.damaged, sources };
  if (!found) return { ...report, installed: null, sources };
  const { source, tensorflow, python, packages, installedAt } = found;
  return { ...report, installed: { source, tensorflow, python, packages, installedAt }, sources };
}
