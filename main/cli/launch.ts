import { existsSync } from 'node:fs';
import { describeDataset } from '../data/datasets.ts';
import { SluiceError } from '../errors.ts';
import { checkExperiment } from '../runs/experiment/check.ts';
import { comparisonTable, pairTable } from '../exports/tables/comparison-table.ts';
import { curvesOf } from '../exports/tables/curves.ts';
import type { Experiment } from '../runs/experiment/experiment.ts';
import { createRuns } from '../runs/life/lifecycle.ts';
import { loadExperiments, loadPreset, type LoadOptions, type Preset } from '../runs/experiment/presets.ts';
import type { Run } from '../runs/store/run.ts';
import { launchName } from '../runs/store/select.ts';
import type { Store } from '../runs/store/store.ts';
import { note, print, tableLines } from './format.ts';

/** A preset by name, or the experiments of a JSON file. */
export function loadByName(source: string, options: LoadOptions): Preset {
  if (!source.endsWith('.json')) return loadPreset(source, options);
  if (existsSync(source)) return loadExperiments(source, options);
  throw new SluiceError('file-missing', `There is no file ${source}. Presets go by name: "sluice presets" lists them.`);
}

/** Queues the runs of a preset. Before any is made, all of them must suit their data sets and have their engines. */
export async function launch(store: Store, preset: Preset): Promise<Run[]> {
  for (const experiment of preset.experiments) checkExperiment(experiment, describeDataset(experiment.dataset.name));
  await announceEngines(preset.experiments);
  return createRuns(store, preset.experiments, launchName(preset.name));
}

/** Opens the engines that experiments ask for and says what they are; throws when one is not there. */
export async function announceEngines(experiments: readonly Experiment[]): Promise<void> {
  const { openEngine } = await import('../engine/engine.ts');
  const wanted = new Map(experiments.map(({ engine, threads }) => [`${engine} ${threads}`, { engine, threads }]));
  for (const { engine, threads } of wanted.values()) {
    const { name, device, detail, advice } = await openEngine(engine, { threads });
    note(`Engine ${name}: ${device}, ${detail}`);
    if (advice) note(advice);
  }
}

/** Compares runs as they now stand, on the terminal. */
export function printComparison(store: Store, runs: readonly Run[], reach?: number): void {
  const curves = curvesOf(store, runs);
  print(tableLines(comparisonTable(curves, reach)));
  const pairs = pairTable(curves, reach);
  if (pairs) print(['', 'The client/server pair of each budget:', ...tableLines(pairs)]);
}
