import { describedEngine, engineNames, type EngineName } from '../../engine/choices.ts';
import { nvidiaGpus } from '../../engine/diagnosis/nvidia.ts';
import { verdict } from '../../engine/diagnosis/verdict.ts';
import type { EngineReport } from '../../engine/engine.ts';
import { installedEngine, isInstallable, type InstalledEngine } from '../../engine/installed.ts';
import type { StagedEngine } from '../../install/install.ts';
import { startChild } from '../child.ts';
import type { FromTask, ToTask } from './messages.ts';

/** A driver that does not answer for so long does not answer. */
const patienceMs = 180_000;

/** Tries every engine, best first, each in a process of its own: a crash in a driver takes nothing with it. */
export function tryEngines(): Promise<EngineReport[]> {
  return Promise.all(engineNames.map((name) => tryEngine(name)));
}

/** Tries one engine, as it is installed or as it lies in another folder of engines, and says what is there or is missing. */
export async function tryEngine(name: EngineName, staged?: StagedEngine): Promise<EngineReport> {
  const [{ report, log }, gpus] = await Promise.all([
    attempt(name, { TF_CPP_MIN_LOG_LEVEL: '0', ...(staged && { SLUICE_ENGINES: staged.engines }) }),
    name === 'cuda' ? nvidiaGpus() : [],
  ]);
  return verdict(report, { log, gpus, installed: staged?.installed ?? wholeEngine(name) });
}

function wholeEngine(name: EngineName): InstalledEngine | null {
  const installed = isInstallable(name) ? installedEngine(name) : null;
  return installed && 'damaged' in installed ? null : installed;
}

async function attempt(
  name: EngineName,
  env: Readonly<Record<string, string>>,
): Promise<{ report: EngineReport; log: string }> {
  const engine = describedEngine(name);
  let log = '';
  let report: EngineReport | null = null;
  const hear = (message: FromTask): void => {
    if (message.kind === 'done') report = message.result as EngineReport;
    if (message.kind === 'failed') report = { ...engine, available: false, detail: message.failure.message };
  };
  const child = startChild<ToTask>(import.meta.url, './process.ts', hear, { env, onLog: (text) => (log += text) });
  const late = setTimeout(child.kill, patienceMs);
  child.send({ name: 'engine', input: { name } });
  const how = await child.gone;
  clearTimeout(late);
  return { report: report ?? { ...engine, available: false, cause: 'crashed', ...crashed(how) }, log };
}

function crashed(how: string): { detail: string; remedy: string } {
  return {
    detail: `trying it ended the process that tried it (${how})`,
    remedy: 'Update the driver of the GPU; where it was installed with "sluice engine install", install it again.',
  };
}
