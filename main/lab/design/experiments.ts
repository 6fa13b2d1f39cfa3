import type { ExperimentInput, PresetEntry, RunSummary, ServerAccess, Settings } from '../../api.ts';
import { describeDataset } from '../../data/datasets.ts';
import { SluiceError } from '../../errors.ts';
import { checkAll } from '../../runs/experiment/check-all.ts';
import { checkExperiment } from '../../runs/experiment/check.ts';
import { experimentSchema, type Experiment } from '../../runs/experiment/experiment.ts';
import { createRuns } from '../../runs/life/lifecycle.ts';
import { experimentsOf } from '../../runs/sweep/points.ts';
import { problem, throwProblems } from '../../runs/experiment/problems.ts';
import { listPresets, loadPreset, type Preset } from '../../runs/experiment/presets.ts';
import { jsonSchema } from '../../runs/experiment/schema.ts';
import { launchName } from '../../runs/store/select.ts';
import { notePlace } from '../../processes/run/place.ts';
import { examine } from './examine.ts';
import { listMethods } from './methods.ts';
import type { LabState, Procedures } from '../lab-state.ts';
import { tryServer } from '../server/try-server.ts';

type Names = 'presets' | 'preset' | 'methods' | 'examine' | 'experimentSchema' | 'launch';

/** Procedures about experiments that are not runs yet. */
export function experimentProcedures(lab: LabState): Procedures<Names> {
  const { store, settings, planTimes } = lab;
  return {
    presets: () => listPresets().map(presetEntry),
    preset: (name, small) => [...loadPreset(name, { small, settings: asTexts(settings.current) }).experiments],
    methods: listMethods,
    examine: (input) => examine(withSettings(input, settings.current), store, planTimes),
    experimentSchema: () => jsonSchema(experimentSchema),
    launch: (inputs, name, server) => launch(lab, inputs, launchName(name), server ?? null),
  };
}

/** With a server elsewhere that answers as it should, or one of their own for each run. */
async function launch(
  { store, queue, settings, summaries, changed }: LabState,
  inputs: readonly ExperimentInput[],
  name: string,
  server: ServerAccess | null,
): Promise<RunSummary[]> {
  const experiments = inputs.flatMap((input) => meant(withSettings(input, settings.current), inputs.length > 1));
  checkAll(experiments, (experiment) => requireLaunchable(experiment, server !== null));
  if (server) {
    await tryServer(server, experiments);
    queue.requireOurs();
  }
  const runs = await createRuns(store, experiments, name, { project: settings.current.project });
  for (const { id } of runs) {
    if (server) {
      queue.useServer(id, server);
      notePlace(store.folder(id), server);
    }
    store.enqueue(id);
  }
  changed();
  return runs.map(({ id }) => summaries.one(id));
}

function presetEntry({ experiments, paper, ...preset }: Preset): PresetEntry {
  return { ...preset, paper: paper ?? null, experiments: experiments.map(({ name }) => name) };
}

/** The experiment with the user's defaults below it. */
export function withSettings(input: ExperimentInput, { engine, threads }: Settings): ExperimentInput {
  return { engine, ...(threads === null ? {} : { threads }), ...input };
}

function asTexts({ engine, threads }: Settings): string[] {
  return [`engine=${engine}`, ...(threads === null ? [] : [`threads=${threads}`])];
}

/** The experiments of an input. What is wrong with one of several is told with its name. */
function meant(input: ExperimentInput, several: boolean): Experiment[] {
  try {
    return experimentsOf(input);
  } catch (error) {
    if (!several || !(error instanceof SluiceError)) throw error;
    throw new SluiceError(error.code, `Experiment "${input.name ?? 'without a name'}": ${error.message}`, {
      cause: error,
    });
  }
}

/** Throws for an experiment that could not be trained as it is. */
function requireLaunchable(experiment: Experiment, elsewhere: boolean): void {
  checkExperiment(experiment, describeDataset(experiment.dataset.name));
  if (elsewhere && experiment.processes === 'one') {
    throwProblems('The experiment', [problem('processes', 'one', 'separate with an offload server elsewhere')]);
  }
}
