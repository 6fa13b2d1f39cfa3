import { measuredColumns, secondsOfSteps } from '../records/columns.ts';
import type { StepColumn } from '../records/record.ts';
import type { EpochData, StepData, TrainingData, TrainingStart } from './data.ts';
import { metricFacts, type DerivedMetric } from './metrics.ts';
import type { AxisKind, Metric } from './spec.ts';

/** A line of a chart with all its points; x does not fall, y is NaN where there is nothing to show. */
export interface Series {
  readonly id: string;
  readonly run: string;
  readonly label: string;
  readonly family: string;
  readonly seed: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly phases: readonly PhaseMark[];
}

/** Where a phase lies on the x axis of its series. */
export interface PhaseMark {
  readonly phase: number;
  readonly budget: number | null;
  readonly from: number;
  readonly to: number;
}

interface Derivation {
  readonly steps: (steps: StepData, epochs: readonly EpochData[]) => Float64Array;
  /** From the ends of epochs, for lack of steps. */
  readonly epoch?: (epoch: EpochData) => number;
}

const derivations: Readonly<Record<DerivedMetric, Derivation>> = {
  bytes: {
    steps: (steps) => running(bytesOf(steps)),
    epoch: ({ bytesUp, bytesDown }) => bytesUp + bytesDown,
  },
  'step-bytes': { steps: bytesOf },
  // Over the time of the axis, so that all samples are had over all seconds.
  throughput: {
    steps: (steps, epochs) => {
      const ends = stepPlaces(steps, epochs, 'time');
      return steps.samples.map((samples, i) => {
        const seconds = ends[i] - (i > 0 ? ends[i - 1] : 0);
        return seconds > 0 ? samples / seconds : NaN;
      });
    },
  },
};

/** Not where values are no measurements with noise: smoothing would falsify them. */
export function isSmoothable(metric: Metric): boolean {
  return metricFacts[metric].smoothable;
}

/** Whether the points of a metric are the ends of epochs, few enough to be marked. */
export function isOfEpochs(metric: Metric): boolean {
  return metricFacts[metric].column?.of === 'epoch';
}

/** What a step metric is at every step. */
function stepValues(metric: Metric, steps: StepData, epochs: readonly EpochData[]): Float64Array {
  const { column } = metricFacts[metric];
  if (!column) return derivations[metric as DerivedMetric].steps(steps, epochs);
  const values = steps[column.name as StepColumn];
  if (column.chart.budgetOnly) return values.map((value, i) => (Number.isNaN(steps.budget[i]) ? NaN : value));
  return column.chart.cumulative ? running(values) : values;
}

/** What a metric is at the end of an epoch; null where epochs do not tell. Sums so far they tell for lack of steps. */
function epochValue(metric: Metric, hasSteps: boolean): ((epoch: EpochData) => number) | null {
  const { column } = metricFacts[metric];
  if (column?.of === 'epoch') return (epoch) => Number(epoch[column.name as keyof EpochData]);
  if (hasSteps) return null;
  if (!column) return derivations[metric as DerivedMetric].epoch ?? null;
  const total = measuredColumns('epoch').find(({ name, sinceStart }) => name === column.name && sinceStart);
  return total && column.chart.cumulative ? (epoch) => Number(epoch[total.name as keyof EpochData]) : null;
}

/**
 * A metric of trainings over an axis; the line of a training that has no value yet is empty. In turn, what a run trained
 * one after another lies where it does in the run, not each from its own beginning.
 */
export function seriesOf(trainings: readonly TrainingData[], metric: Metric, axis: AxisKind, inTurn = false): Series[] {
  return trainings.map(({ id, run, label, family, seed, start, steps, epochs }) => {
    const ofSteps = stepPlaces(steps, epochs, axis);
    const ofEpochs = epochPlaces(epochs, steps, axis);
    const atEnd = epochValue(metric, ofSteps.length > 0);
    const [before, sum] = inTurn ? [startOn(axis, start), sumBefore(metric, start)] : [0, 0];
    const phases = ofSteps.length > 0 ? phasesOfSteps(steps, ofSteps) : phasesOfEpochs(epochs, ofEpochs);
    return {
      id,
      run,
      label,
      family,
      seed,
      x: later(atEnd ? ofEpochs : ofSteps, before),
      y: later(atEnd ? Float64Array.from(epochs, atEnd) : stepValues(metric, steps, epochs), sum),
      phases: phases.map((mark) => ({ ...mark, from: mark.from + before, to: mark.to + before })),
    };
  });
}

function later(values: Float64Array, by: number): Float64Array {
  return by === 0 ? values : values.map((value) => value + by);
}

/** Where the own training of a pair began on the axis of its run. */
function startOn(axis: AxisKind, start: TrainingStart): number {
  if (axis === 'bytes') return start.bytesUp + start.bytesDown;
  return axis === 'time' ? start.seconds : start[axis];
}

/** What a metric that adds up had come to by then. */
function sumBefore(metric: Metric, start: TrainingStart): number {
  if (metric === 'bytes') return start.bytesUp + start.bytesDown;
  const { column } = metricFacts[metric];
  return column?.chart.cumulative ? start[column.name as keyof TrainingStart] : 0;
}

/** All charts of a page ask for the places of the same steps. */
const placesOf = new WeakMap<StepData, Map<AxisKind, Float64Array>>();

/** Where every step lies on an axis, when it ended. Steps and epochs of one reading belong together. */
export function stepPlaces(steps: StepData, epochs: readonly EpochData[], axis: AxisKind): Float64Array {
  const known = placesOf.get(steps) ?? new Map<AxisKind, Float64Array>();
  const places = known.get(axis) ?? computePlaces(steps, epochs, axis);
  placesOf.set(steps, known.set(axis, places));
  return places;
}

function computePlaces(steps: StepData, epochs: readonly EpochData[], axis: AxisKind): Float64Array {
  switch (axis) {
    case 'step':
      return steps.step.map((step) => step + 1);
    case 'bytes':
      return running(bytesOf(steps));
    case 'time':
      return timePlaces(steps, epochs);
    case 'epoch':
      return epochFractions(steps);
  }
}

/**
 * Seconds in training. The times of the steps leave out what lies between them, so each epoch's are stretched to end
 * where its record says.
 */
function timePlaces(steps: StepData, epochs: readonly EpochData[]): Float64Array {
  const seconds = running(steps.joint?.seconds ?? secondsOfSteps(steps));
  const ends = new Map(epochs.map((epoch) => [epoch.epoch, epoch.seconds]));
  const places = new Float64Array(seconds.length);
  let [start, told] = [0, 0];
  for (const [from, to] of consecutive(steps.epoch)) {
    const own = seconds[to - 1] - start;
    const end = ends.get(steps.epoch[from]) ?? told + own;
    const scale = own > 0 && end > told ? (end - told) / own : 1;
    for (let i = from; i < to; i++) places[i] = told + (seconds[i] - start) * scale;
    start = seconds[to - 1];
    told = places[to - 1];
  }
  return places;
}

/** The end of epoch 0 is at 1. An epoch under way is taken to be as long as the one before. */
function epochFractions({ epoch, joint }: StepData): Float64Array {
  if (joint) return joint.places;
  const places = new Float64Array(epoch.length);
  let before = 0;
  for (const [from, to] of consecutive(epoch)) {
    const length = to === epoch.length ? Math.max(before, to - from) : to - from;
    for (let i = from; i < to; i++) places[i] = epoch[i] + (i - from + 1) / length;
    before = to - from;
  }
  return places;
}

function epochPlaces(epochs: readonly EpochData[], steps: StepData, axis: AxisKind): Float64Array {
  if (axis === 'epoch') return Float64Array.from(epochs, ({ epoch }) => epoch + 1);
  if (axis === 'time') return Float64Array.from(epochs, ({ seconds }) => seconds);
  if (axis === 'bytes') return Float64Array.from(epochs, ({ bytesUp, bytesDown }) => bytesUp + bytesDown);
  const ends = new Map(consecutive(steps.epoch).map(([from, to]) => [steps.epoch[from], steps.step[to - 1] + 1]));
  return Float64Array.from(epochs, ({ epoch }) => ends.get(epoch) ?? NaN);
}

/** The phases that steps are of, where these lie on an axis. */
export function phasesOfSteps({ phase, budget }: StepData, places: Float64Array): PhaseMark[] {
  return consecutive(phase).map(([from, to]) => ({
    phase: phase[from],
    budget: Number.isNaN(budget[from]) ? null : budget[from],
    from: from === 0 ? 0 : places[from - 1],
    to: places[to - 1],
  }));
}

function phasesOfEpochs(epochs: readonly EpochData[], places: Float64Array): PhaseMark[] {
  return consecutive(epochs.map(({ phase }) => phase)).map(([from, to]) => ({
    phase: epochs[from].phase,
    budget: epochs[from].budget,
    from: from === 0 ? 0 : places[from - 1],
    to: places[to - 1],
  }));
}

/** Where equal values stand together, as indices from (within) and to (beyond). */
function consecutive(values: ArrayLike<number>): [from: number, to: number][] {
  const ranges: [number, number][] = [];
  for (let from = 0, i = 1; i <= values.length; i++) {
    if (i < values.length && values[i] === values[from]) continue;
    ranges.push([from, i]);
    from = i;
  }
  return ranges;
}

function bytesOf({ bytesUp, bytesDown }: StepData): Float64Array {
  return bytesUp.map((bytes, i) => bytes + bytesDown[i]);
}

/** Sums so far. */
function running(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sums[i] = sum += values[i];
  return sums;
}
