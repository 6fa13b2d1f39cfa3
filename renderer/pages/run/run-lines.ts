import type { Experiment } from '../../../main/api.ts';
import type { RunData } from '../../../main/charts/data.ts';
import { experimentFacts } from '../../../main/charts/experiment-facts.ts';
import type { LineChartSpec } from '../../../main/charts/kinds/lines.ts';
import type { Metric } from '../../../main/charts/spec.ts';
import type { RunRecords } from '../../stores/run-records.ts';
import type { FixedRun } from './run-tabs.ts';

interface RunChart {
  readonly title: string;
  readonly spec: LineChartSpec;
}

/**
 * The charts of the page as they are first; while one training is shown, with what is drawn beside their metrics: results on
 * images held out for validation where there are some. Leakage is drawn where it is measured.
 */
export function runCharts({
  validation,
  leakageSamples,
}: Pick<Experiment, 'validation' | 'leakageSamples'>): readonly RunChart[] {
  const held = (metric: Metric): Metric[] => (validation === undefined ? [] : [metric]);
  return [
    { title: 'Accuracy', spec: chart('accuracy', [...held('validation-accuracy'), 'train-accuracy']) },
    { title: 'Loss', spec: chart('loss', [...held('validation-loss'), 'test-loss'], 0.9) },
    { title: 'Traffic', spec: chart('bytes', ['bytes-up', 'bytes-down']) },
    { title: 'Throughput', spec: chart('throughput', [], 0.9) },
    ...(leakageSamples === undefined ? [] : [{ title: 'Leakage', spec: chart('distance-correlation', []) }]),
  ];
}

function chart(metric: Metric, beside: readonly Metric[], smoothing = 0): LineChartSpec {
  const plain = { logX: false, logY: false, seedsAsBand: false, phases: true };
  return { kind: 'lines', metric, beside, x: 'epoch', smoothing, ...plain };
}

/** What charts draw of a run as it is read so far. */
export function runData(
  run: Pick<FixedRun, 'id' | 'name' | 'number' | 'seed' | 'status' | 'dropped' | 'experiment' | 'pairs'>,
  { steps, epochs }: { readonly steps: Pick<RunRecords['steps'], 'columns'>; readonly epochs: RunRecords['epochs'] },
): RunData {
  const { id, name, number, seed, pairs } = run;
  return {
    id,
    name,
    number,
    seed,
    ...experimentFacts(run.experiment),
    pairs,
    dropped: run.dropped,
    isFinished: run.status === 'finished',
    steps: steps.columns,
    epochs,
  };
}
