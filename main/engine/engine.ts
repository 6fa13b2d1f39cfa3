import * as tf from '@tensorflow/tfjs-core';
import { messageOf, SluiceError } from '../errors.ts';
import type { Engine, EngineAdapter, EngineName, EngineOptions, Unavailable } from './adapter.ts';
import { cpu } from './cpu/cpu.ts';
import { cuda } from './cuda.ts';
import { webgpu } from './webgpu.ts';

export type { Engine, EngineName, EngineOptions } from './adapter.ts';

export interface EngineReport {
  readonly name: EngineName;
  readonly available: boolean;
  /** Device and library of an engine that is there, the reason of one that is not. */
  readonly detail: string;
  /** What would make it available, or faster. */
  readonly remedy?: string;
}

/** Best first. */
const adapters: readonly EngineAdapter[] = [cuda, webgpu, cpu];

/**
 * Opens an engine and makes it the one all operations run on; `auto` takes the first of cuda, webgpu and cpu that is
 * there. Asking by name for one that is not is an error with the reason and what to do.
 */
export async function openEngine(choice: EngineName | 'auto', options: EngineOptions = {}): Promise<Engine> {
  tf.enableProdMode();
  const chosen = adapters.filter(({ name }) => choice === 'auto' || choice === name);
  const missing: string[] = [];
  for (const adapter of chosen) {
    const opened = await adapter.open(options);
    if (isOpen(opened)) return opened;
    missing.push(`The ${adapter.name} engine is not available: ${opened.reason}. ${opened.remedy}`);
  }
  throw new SluiceError('engine-unavailable', missing.join('\n'), { path: 'engine' });
}

/** Tries every engine, best first, and leaves the one in use as it was. */
export async function diagnoseEngines(): Promise<EngineReport[]> {
  const before = tf.engine().backendName;
  const reports: EngineReport[] = [];
  for (const adapter of adapters) reports.push(await diagnose(adapter));
  if (before) await tf.setBackend(before);
  return reports;
}

async function diagnose(adapter: EngineAdapter): Promise<EngineReport> {
  const { name } = adapter;
  try {
    const opened = await adapter.open({});
    if (!isOpen(opened)) return { name, available: false, detail: opened.reason, remedy: opened.remedy };
    return { name, available: true, detail: `${opened.device}, ${opened.detail}`, remedy: opened.advice };
  } catch (error) {
    return { name, available: false, detail: messageOf(error) };
  }
}

function isOpen(opened: Engine | Unavailable): opened is Engine {
  return 'device' in opened;
}
