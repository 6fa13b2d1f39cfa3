import { existsSync } from 'node:fs';
import { describeDataset } from '../data/datasets.ts';
import { engineWords } from '../engine/adapter.ts';
import type { EngineChoice } from '../engine/choices.ts';
import type { Engine } from '../engine/engine.ts';
import { defaultThreads } from '../engine/threads.ts';
import { SluiceError } from '../errors.ts';
import { sluiceHome } from '../home.ts';
import { readSettings } from '../lab/settings/settings.ts';
import { checkAll } from '../runs/experiment/check-all.ts';
import { checkExperiment } from '../runs/experiment/check.ts';
import { enginesOf, type Role } from '../runs/experiment/engines.ts';
import { importanceWords, outcomeOf, shareTable } from '../exports/tables/outcome.ts';
import { claimText } from '../charts/comparison/claims.ts';
import { compare } from '../exports/tables/compare.ts';
import { comparisonNotes, comparisonTable, pairTable } from '../exports/tables/comparison-table.ts';
import { testSetsDiffer } from '../charts/test-sets.ts';
import { curvesOf } from '../exports/tables/curves.ts';
import type { Experiment } from '../runs/experiment/experiment.ts';
import { createRuns } from '../runs/life/lifecycle.ts';
import { loadExperiments, loadPreset, type LoadOptions, type Preset } from '../runs/experiment/presets.ts';
import type { Run } from '../runs/store/run.ts';
import { launchName } from '../runs/store/select.ts';
import type { Store } from '../runs/store/store.ts';
import { note, print, tableLines, wrap } from './format.ts';

/** A preset by name, or the experiments of a JSON file. */
export function loadByName(source: string, options: LoadOptions): Preset {
  if (!source.endsWith('.json')) return loadPreset(source, options);
  if (existsSync(source)) return loadExperiments(source, options);
  throw new SluiceError('file-missing', `There is no file ${source}. Presets go by name: "sluice presets" lists them.`);
}

interface LaunchTerms {
  readonly elsewhere?: boolean;
  /** The one that the lab has chosen unless given. */
  readonly project?: string;
  readonly signal?: AbortSignal;
}

/**
 * Queues the runs of a preset. Before any is made, all of them must suit their data sets and have their engines, that of
 * the server half too unless their server is `elsewhere`. When the signal aborts, it throws and none is left.
 */
export async function launch(
  store: Store,
  preset: Preset,
  { elsewhere = false, project, signal }: LaunchTerms = {},
): Promise<Run[]> {
  const { experiments } = preset;
  checkAll(experiments, (experiment) => checkExperiment(experiment, describeDataset(experiment.dataset.name)));
  await announceEngines(experiments.flatMap((each) => enginesHere(each, each.threads, elsewhere)));
  return createRuns(store, experiments, launchName(preset.name), {
    project: project ?? readSettings(sluiceHome()).project,
    signal,
  });
}

/** Opens the engines that an experiment takes on this machine and says what they are; throws when one is not there. */
export async function announceExperiment(experiment: Experiment): Promise<void> {
  await announceEngines(enginesHere(experiment, experiment.threads, false));
}

interface Wanted {
  readonly role: Role;
  readonly engine: EngineChoice;
  readonly threads: number | undefined;
}

/** The engines that an experiment takes on this machine. */
function enginesHere(experiment: Experiment, threads: number | undefined, elsewhere: boolean): Wanted[] {
  const engines = enginesOf(experiment);
  const roles = elsewhere ? (['client'] as const) : (['client', 'server'] as const);
  return roles.map((role) => ({ role, engine: engines[role], threads }));
}

/** Opens the engines that are asked for and says what they are; throws when one is not there. */
async function announceEngines(wanted: readonly Wanted[]): Promise<Map<string, Engine>> {
  const { openEngine } = await import('../engine/engine.ts');
  const opened = new Map<string, Engine>();
  for (const each of wanted) {
    const key = keyOf(each);
    if (opened.has(key)) continue;
    const found = await openEngine(each.engine, { threads: each.threads });
    note(`Engine ${found.name}: ${found.device}, ${found.detail}`);
    if (found.advice) note(found.advice);
    opened.set(key, found);
  }
  return opened;
}

function keyOf({ engine, threads }: Wanted): string {
  return `${engine} ${threads}`;
}

/** The same for runs that go on, with what here is another than where they began. */
export async function announceResumed(runs: readonly Run[], elsewhere: boolean): Promise<void> {
  const all = runs.map((run) => ({
    run,
    engines: enginesHere(run.experiment, run.threads ?? run.experiment.threads, elsewhere),
  }));
  const opened = await announceEngines(all.flatMap(({ engines }) => engines));
  for (const { run, engines } of all) {
    const now = engines.map((each) => [each.role, opened.get(keyOf(each))!] as const);
    for (const text of changesFor(run, Object.fromEntries(now), defaultThreads())) note(text);
  }
}

/** What a run that goes on finds other than it began with, as far as that decides the last bits of its weights. */
export function changesFor(run: Run, engines: Readonly<Partial<Record<Role, Engine>>>, cores: number): string[] {
  const said: string[] = [];
  if (run.threads !== null && run.threads > cores) {
    said.push(
      `Run ${run.id} goes on with the ${run.threads} threads it began with, which decide the last bits of its weights: ` +
        `on the ${cores} ${cores === 1 ? 'core' : 'cores'} of this machine they take turns.`,
    );
  }
  const before = { client: run.engine, server: run.serverEngine };
  // One engine for both halves is spoken of once.
  const changes = new Set<string>();
  for (const role of ['client', 'server'] as const) {
    const now = engines[role] && engineWords(engines[role]);
    const was = before[role];
    if (now === undefined || was === null || withoutThreads(was) === withoutThreads(now)) continue;
    changes.add(`was computed by ${withoutThreads(was)}, and goes on with ${withoutThreads(now)}`);
  }
  for (const change of changes) {
    const differ = 'the last bits of its weights may differ from those it would have come to there.';
    said.push(`Run ${run.id} ${change}: ${differ}`);
  }
  return said;
}

/** A source of several has fewer threads than the server that was opened here. */
function withoutThreads(engine: string): string {
  return engine.replace(/, \d+ threads?$/, '');
}

/** What the settings of runs did to their accuracy; where there is too little to tell, that is said to who asked for it. */
export function printImportance(store: Store, runs: readonly Run[], { asked }: { readonly asked: boolean }): void {
  const { settings, importance } = outcomeOf(store, runs);
  if ('tooFew' in importance) {
    if (asked) print(`\nImportance: ${importance.tooFew}`);
    return;
  }
  print('');
  print([
    `Share of the variance of the best accuracy (${importanceWords(importance)}):`,
    ...tableLines(shareTable(settings, importance)),
  ]);
}

/** Compares runs as they now stand, on the terminal. Throws `level-chance`. */
export function printComparison(store: Store, runs: readonly Run[], reach?: number): void {
  const testedOn = testSetsDiffer(runs.map(({ experiment }) => experiment));
  const curves = curvesOf(store, runs);
  const comparison = compare(curves, reach);
  if (testedOn) note(testedOn);
  const claims = comparison.claims.flatMap((claim) => wrap(claimText(claim)));
  print([...claims, ...(claims.length > 0 ? [''] : []), ...tableLines(comparisonTable(curves, comparison))]);
  const pairs = pairTable(curves);
  if (pairs) print(['', 'The client/server pair of each budget:', ...tableLines(pairs)]);
  print(['', ...comparisonNotes(comparison).flatMap(wrap)]);
}
