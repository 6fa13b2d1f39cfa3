import type { ExperimentInput, PresetEntry, Settings } from '../../api.ts';
import { describeDataset } from '../../data/datasets.ts';
import { SluiceError } from '../../errors.ts';
import { checkExperiment } from '../../runs/check.ts';
import { experimentSchema, type Experiment } from '../../runs/experiment.ts';
import { createRuns } from '../../runs/lifecycle.ts';
import { parseExperiment } from '../../runs/parse.ts';
import { listPresets, loadPreset, type Preset } from '../../runs/presets.ts';
import { jsonSchema } from '../../runs/schema.ts';
import { launchName } from '../../runs/select.ts';
import { examine } from './examine.ts';
import type { LabState, Procedures } from './lab-state.ts';

type Names = 'presets' | 'preset' | 'examine' | 'experimentSchema' | 'launch';

/** Procedures about experiments that are not runs yet. */
export function experimentProcedures({ store, settings, summaries, changed }: LabState): Procedures<Names> {
  return {
    presets: () => listPresets().map(presetEntry),
    preset: (name, small) => [...loadPreset(name, { small, settings: asTexts(settings.current) }).experiments],
    examine: (input) => examine(withSettings(input, settings.current), store),
    experimentSchema: () => jsonSchema(experimentSchema),
    launch: (inputs, name) => {
      const experiments = inputs.map((input) => launchable(withSettings(input, settings.current), inputs.length > 1));
      const runs = createRuns(store, experiments, launchName(name));
      for (const { id } of runs) store.enqueue(id);
      changed();
      return runs.map(({ id }) => summaries.one(id));
    },
  };
}

function presetEntry({ experiments, paper, ...preset }: Preset): PresetEntry {
  return { ...preset, paper: paper ?? null, experiments: experiments.map(({ name }) => name) };
}

/** The experiment with the user's defaults below it. */
function withSettings(input: ExperimentInput, { engine, threads }: Settings): ExperimentInput {
  return { engine, ...(threads === null ? {} : { threads }), ...input };
}

function asTexts({ engine, threads }: Settings): string[] {
  return [`engine=${engine}`, ...(threads === null ? [] : [`threads=${threads}`])];
}

/** Throws for an experiment that could not be trained as it is, with its name where it is one of several. */
function launchable(input: ExperimentInput, several: boolean): Experiment {
  try {
    const experiment = parseExperiment(input);
    checkExperiment(experiment, describeDataset(experiment.dataset.name));
    return experiment;
  } catch (error) {
    if (!several || !(error instanceof SluiceError)) throw error;
    throw new SluiceError(error.code, `Experiment "${input.name ?? 'without a name'}": ${error.message}`, {
      cause: error,
    });
  }
}
