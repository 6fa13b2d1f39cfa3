import type { FrontierFacts } from '../../charts/drawable/frontier.ts';
import { settingsKey } from '../../charts/differing.ts';
import type { DatasetInfo } from '../../data/source.ts';
import type { CodecChoice } from '../../offload/codecs/table.ts';
import { codecsFor, codecSettings } from '../../training/controller.ts';
import type { PlannedEpochs } from '../../training/plan.ts';
import { methodNamed } from '../../training/methods/table.ts';
import type { Experiment } from './experiment.ts';
import { imageCounts } from './image-counts.ts';
import { trainingsOf } from './planned.ts';

/** What a frontier knows of a run; `info` is null where its data set is not here. */
export function frontierFacts(
  run: string,
  experiment: Experiment,
  info: Pick<DatasetInfo, 'shape' | 'trainSamples' | 'testSamples'> | null,
): FrontierFacts {
  const { dataset, validation, model, method } = experiment;
  const { baseline = false, module } = methodNamed(method);
  const trainings = trainingsOf(experiment);
  return {
    run,
    method,
    isBaseline: baseline,
    hasModule: module,
    codecs: codecWords(experiment, trainings.flat()),
    comparable: settingsKey({ dataset, validation, model }),
    epochs: trainings.map((phases) => phases.reduce((sum, { epochs }) => sum + epochs, 0)),
    dataset: dataset.name,
    rawBytes: info && imageCounts(experiment, info).train * info.shape.reduce((bytes, extent) => bytes * extent, 1),
  };
}

/** Those of the phases in the order they are trained, each once: `int8 ↑ float16 ↓ then float32`. */
function codecWords({ codec }: Pick<Experiment, 'codec'>, phases: readonly PlannedEpochs[]): string {
  const settings = codecSettings(codec);
  const words = phases.map(({ budget, own }) => {
    const [up, down] = Object.values(codecsFor(budget, { ...settings, own })).map(choiceWords);
    return up === down ? up : `${up} ↑ ${down} ↓`;
  });
  return [...new Set(words)].join(' then ');
}

function choiceWords({ name, params }: CodecChoice): string {
  const set = Object.entries(params).map(([key, value]) => `${key} ${String(value)}`);
  return set.length === 0 ? name : `${name} (${set.join(' ')})`;
}
