import { describeDataset } from '../data/datasets.ts';
import { formatBytes, formatSpan } from '../charts/formats.ts';
import { SluiceError } from '../errors.ts';
import { planOf } from '../lab/design/plan-of.ts';
import { checkAll } from '../runs/experiment/check-all.ts';
import { checkExperiment } from '../runs/experiment/check.ts';
import type { Experiment, ExperimentInput } from '../runs/experiment/experiment.ts';
import type { Values } from '../runs/sweep/space.ts';
import { readValues } from '../runs/sweep/values.ts';
import type { Store } from '../runs/store/store.ts';
import { tableLines } from './format.ts';

interface SweepFlags {
  readonly random?: number;
  readonly sweepSeed?: number;
}

/** What `--sweep`, `--random` and `--sweep-seed` say of a sweep. */
export function sweepFrom(given: readonly string[] = [], { random, sweepSeed }: SweepFlags): ExperimentInput['sweep'] {
  if (given.length === 0 && random === undefined && sweepSeed === undefined) return undefined;
  return {
    settings: spaceFrom('--sweep', given),
    ...(random === undefined ? {} : { kind: 'random', runs: random }),
    ...(sweepSeed === undefined ? {} : { seed: sweepSeed }),
  };
}

/** The space that options of a name say. */
export function spaceFrom(option: string, given: readonly string[]): Record<string, Values> {
  return Object.fromEntries(given.map((text) => settingFrom(option, text)));
}

function settingFrom(option: string, text: string): [name: string, values: Values] {
  const equals = text.indexOf('=');
  const values = equals < 1 ? null : readValues(text.slice(equals + 1));
  if (values) return [text.slice(0, equals), values];
  throw new SluiceError(
    'bad-usage',
    `${option} is "${text}": expected path=values, such as lr=0.01,0.1 or "lr=0.001..0.1 log 3".`,
  );
}

/** The runs that experiments would make, with what each sends and takes, and all of them together. */
export function dryRunLines(store: Store, experiments: readonly Experiment[]): string[] {
  checkAll(experiments, (experiment) => checkExperiment(experiment, describeDataset(experiment.dataset.name)));
  const listed = store.list();
  const past = { list: () => listed.slice(), epochs: store.epochs };
  const plans = experiments.map((experiment) => planOf(experiment, describeDataset(experiment.dataset.name), past));
  const runs = experiments.map(({ seeds }) => seeds.length);
  const sum = (of: (i: number) => number): number => runs.reduce((total, count, i) => total + count * of(i), 0);
  const bytesOf = (i: number): number => plans[i].bytesUp + plans[i].bytesDown;
  const timed = plans.every(({ seconds }) => seconds !== null);
  const rows = experiments.map(({ name, seeds }, i) => [
    name,
    seeds.join(', '),
    formatBytes(bytesOf(i)),
    timeWords(plans[i].seconds),
  ]);
  const all = [
    `${sum(() => 1)} ${sum(() => 1) === 1 ? 'run' : 'runs'}`,
    formatBytes(sum(bytesOf)),
    timed ? `about ${formatSpan(sum((i) => plans[i].seconds ?? 0))}` : 'for a time that is not known until one has run',
  ];
  const columns = [
    { title: 'experiment', align: 'left' as const },
    { title: 'seeds', align: 'left' as const },
    { title: 'bytes a run', align: 'right' as const },
    { title: 'time a run', align: 'right' as const },
  ];
  return [...tableLines({ columns, rows }), '', `${all.join(', ')}. Nothing was started.`];
}

function timeWords(seconds: number | null): string {
  return seconds === null ? '–' : formatSpan(seconds);
}
