import type { TrainingData } from '../data.ts';
import { placesWithin, type Range } from '../drawable/sample.ts';
import { timeParts } from '../../records/columns.ts';
import { stepTimesOf, type StepTimes } from '../drawable/step-time.ts';
import { stepTimeOption } from '../drawing/step-time-option.ts';
import { stepPlaces } from '../series.ts';
import type { AxisKind } from '../spec.ts';
import type { ChartKind, Row } from './kind.ts';

const stepTimeAxes = ['epoch', 'step', 'time'] as const satisfies readonly AxisKind[];

/** Where the time of a step goes: client, wire, server, wait, stacked. */
export interface StepTimeChartSpec {
  readonly kind: 'step-time';
  readonly x: (typeof stepTimeAxes)[number];
}

/** The first training, and where the time of its steps goes. */
export interface StepTimeData {
  readonly training: Pick<TrainingData, 'steps' | 'epochs'>;
  readonly times: StepTimes;
  readonly range: Range | null;
}

/** The parts of the axis over which the steps are averaged. */
const buckets = 200;

export const stepTime: ChartKind<StepTimeChartSpec, never, StepTimeData> = {
  kind: 'step-time',
  help: ['step-time', 'where the time of a step goes'],
  charts: { 'step-time': { kind: 'step-time', x: 'step' } },
  nameOf: () => 'step-time',
  schema: (z) => z.strictObject({ kind: z.literal('step-time'), x: z.enum(stepTimeAxes) }),

  needs: [],
  // Stacks for each source would lie upon one another.
  showsEachSource: false,
  showsPairs: false,
  axisOf: ({ x }) => x,
  data: ({ trainings: [training], range }, { x }) => ({
    training,
    times: stepTimesOf(training, x, buckets, range ?? undefined),
    range,
  }),
  parts: ['LineChart', 'MarkAreaComponent'],
  option: ({ times }, spec, style) => stepTimeOption(times, spec, style),
  rows: stepTimeRows,
  paper: { archive: ['step-time'] },
};

function* stepTimeRows({ training: { steps, epochs }, range }: StepTimeData, { x }: StepTimeChartSpec): Generator<Row> {
  yield [x, ...timeParts.map(({ column }) => column)];
  for (const [i, place] of placesWithin(stepPlaces(steps, epochs, x), range)) {
    yield [place, ...timeParts.map(({ column }) => steps[column][i])];
  }
}
