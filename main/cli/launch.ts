import { existsSync } from 'node:fs';
import { describeDataset } from '../data/datasets.ts';
import type { Engine } from '../engine/engine.ts';
import { defaultThreads } from '../engine/threads.ts';
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

/**
 * Queues the runs of a preset. Before any is made, all of them must suit their data sets and have their engines. When the
 * signal aborts, it throws and none is left.
 */
export async function launch(store: Store, preset: Preset, signal?: AbortSignal): Promise<Run[]> {
  for (const experiment of preset.experiments) checkExperiment(experiment, describeDataset(experiment.dataset.name));
  await announceEngines(preset.experiments);
  return createRuns(store, preset.experiments, launchName(preset.name), signal);
}

/** Opens the engines that are asked for and says what they are; throws when one is not there. */
async function announceEngines(wanted: readonly EngineWish[]): Promise<Map<string, Engine>> {
  const { openEngine } = await import('../engine/engine.ts');
  const opened = new Map<string, Engine>();
  for (const { engine, threads } of wanted) {
    const key = keyOf({ engine, threads });
    if (opened.has(key)) continue;
    const found = await openEngine(engine, { threads });
    note(`Engine ${found.name}: ${found.device}, ${found.detail}`);
    if (found.advice) note(found.advice);
    opened.set(key, found);
  }
  return opened;
}

type EngineWish = Pick<Experiment, 'engine' | 'threads'>;

function keyOf({ engine, threads }: EngineWish): string {
  return `${engine} ${threads}`;
}

/** The same for runs that go on, with what here is another than where they began. */
export async function announceResumed(runs: readonly Run[]): Promise<void> {
  const wishes = runs.map((run) => ({
    run,
    engine: run.experiment.engine,
    threads: run.threads ?? run.experiment.threads,
  }));
  const opened = await announceEngines(wishes);
  for (const { run, ...wish } of wishes) {
    for (const text of changesFor(run, opened.get(keyOf(wish))!, defaultThreads())) note(text);
  }
}

/** What a run that goes on finds other than it began with, as far as that decides the last bits of its weights. */
export function changesFor(run: Run, { name, device, detail }: Engine, cores: number): string[] {
  const said: string[] = [];
  if (run.threads !== null && run.threads > cores) {
    said.push(
      `Run ${run.id} goes on with the ${run.threads} threads it began with, which decide the last bits of its weights: ` +
        `on the ${cores} ${cores === 1 ? 'core' : 'cores'} of this machine they take turns.`,
    );
  }
  const now = `${name} · ${device}, ${detail}`;
  if (run.engine !== null && withoutThreads(run.engine) !== withoutThreads(now)) {
    said.push(
      `Run ${run.id} was computed by ${run.engine}, and goes on with ${now}: the last bits of its weights may differ ` +
        'from those it would have come to there.',
    );
  }
  return said;
}

/** A source of several has fewer threads than the server that was opened here. */
function withoutThreads(engine: string): string {
  return engine.replace(/, \d+ threads?$/, '');
}

/** Compares runs as they now stand, on the terminal. */
export function printComparison(store: Store, runs: readonly Run[], reach?: number): void {
  const curves = curvesOf(store, runs);
  print(tableLines(comparisonTable(curves, reach)));
  const pairs = pairTable(curves, reach);
  if (pairs) print(['', 'The client/server pair of each budget:', ...tableLines(pairs)]);
}
