import * as tf from '@tensorflow/tfjs-core';
import { messageOf, SluiceError } from '../errors.ts';
import type { Engine, EngineOptions, Unavailable } from './adapter.ts';
import { adapters } from './adapters.ts';
import type { Cause } from './diagnosis/explain.ts';
import { engineTable, type EngineChoice, type EngineDescription, type EngineName } from './choices.ts';
import { useOps } from './ops/current.ts';

export type { Engine, EngineOptions } from './adapter.ts';

export interface EngineReport extends EngineDescription {
  readonly available: boolean;
  /** Device and library of an engine that is there, the reason of one that is not. */
  readonly detail: string;
  /** What would make it available, or faster. */
  readonly remedy?: string;
  /** What keeps it from being available, where that is known. */
  readonly cause?: Cause;
}

let inUse: { readonly name: EngineName; readonly options: EngineOptions } | null = null;

/**
 * Opens an engine and makes it the one all operations run on; `auto` takes the best there is of those that have passed
 * the conformance suite. Asking by name for one that is not there is the error `engine-unavailable`, with the reason and
 * what to do.
 */
export async function openEngine(choice: EngineChoice, options: EngineOptions = {}): Promise<Engine> {
  tf.enableProdMode();
  const chosen = engineTable.filter(({ name, proven }) => (choice === 'auto' ? proven : choice === name));
  const missing: string[] = [];
  for (const { name } of chosen) {
    const opened = await adapters[name].open(choice === 'auto' ? { ...options, software: false } : options);
    if (isOpen(opened)) {
      useOps(adapters[name].ops);
      inUse = { name, options };
      return opened;
    }
    missing.push(`The ${name} engine is not available: ${opened.reason}. ${opened.remedy}`);
  }
  throw new SluiceError('engine-unavailable', missing.join('\n'), { path: 'engine' });
}

/** Opens the engine in use again if it has lost its device, with which went all that was in its memory. */
export async function mendEngine(): Promise<void> {
  if (inUse && adapters[inUse.name].isLost?.()) await openEngine(inUse.name, inUse.options);
}

/** Tries every engine in this process, best first, and leaves the one in use as it was. */
export async function diagnoseEngines(): Promise<EngineReport[]> {
  const before = tf.engine().backendName;
  const reports: EngineReport[] = [];
  for (const engine of engineTable) reports.push(await diagnoseEngine(engine));
  if (before) await tf.setBackend(before);
  return reports;
}

/** Tries an engine; it is current afterwards if it is available. A driver that crashes takes this process with it. */
export async function diagnoseEngine(engine: EngineDescription): Promise<EngineReport> {
  try {
    const opened = await adapters[engine.name].open({});
    if (!isOpen(opened)) return { ...engine, available: false, detail: opened.reason, remedy: opened.remedy };
    return { ...engine, available: true, detail: `${opened.device}, ${opened.detail}`, remedy: opened.advice };
  } catch (error) {
    return { ...engine, available: false, detail: messageOf(error) };
  }
}

function isOpen(opened: Engine | Unavailable): opened is Engine {
  return 'device' in opened;
}
