import { describeDataset } from '../../data/datasets.ts';
import { SluiceError } from '../../errors.ts';
import { random } from '../../random.ts';
import { checkExperiment } from '../experiment/check.ts';
import type { Experiment, ExperimentInput } from '../experiment/experiment.ts';
import { planTraffic } from '../experiment/plan-traffic.ts';
import { problemWords, wrongWords } from '../experiment/problems.ts';
import { drawing, pointOf, pointWords, type PointValues } from '../sweep/points.ts';
import { mostPoints } from '../sweep/space.ts';
import type { Search } from './schema.ts';

/** A point of a search that can be trained. */
export interface SearchPoint {
  readonly values: PointValues;
  readonly experiment: Experiment;
  /** What its plan has sent at the end of each epoch, both ways, since the beginning of the run. */
  readonly bytes: readonly number[];
  readonly classes: number;
}

/** A point that is left out before anything is trained, and why. */
export interface RefusedPoint {
  readonly values: PointValues;
  readonly reason: string;
}

export interface SearchPoints {
  readonly points: readonly SearchPoint[];
  readonly refused: readonly RefusedPoint[];
}

/** Refused ones before a space is taken to have no more that can be trained. */
const mostRefused = mostPoints;

/**
 * The points of a search, as many as it has trials or its space has, the same for the same seed. Throws `bad-experiment`
 * for a search none of whose points can be trained, or whose goal makes no sense for them.
 */
export function searchPoints(input: ExperimentInput, search: Search): SearchPoints {
  const base: ExperimentInput = { ...input, sweep: undefined, search: undefined };
  const points: SearchPoint[] = [];
  const refused: RefusedPoint[] = [];
  for (const values of drawing(search.settings, random(search.seed, 'search'))) {
    const point = plannedPoint(base, values, search);
    if ('reason' in point) refused.push(point);
    else points.push(point);
    if (points.length === search.trials || refused.length === mostRefused) break;
  }
  if (points.length === 0) throw nothingToTrain(refused);
  requireAboveChance(points, search);
  return { points, refused };
}

function plannedPoint(base: ExperimentInput, values: PointValues, { maxBytes }: Search): SearchPoint | RefusedPoint {
  const { experiment, problems } = pointOf(base, values);
  if (!experiment || problems.length > 0) return { values, reason: problemWords(problems) };
  try {
    const info = describeDataset(experiment.dataset.name);
    checkExperiment(experiment, info);
    const bytes = bytesByEpoch(planTraffic(experiment, info));
    if (maxBytes !== undefined && bytes[0] > maxBytes) {
      return { values, reason: `search.maxBytes is ${maxBytes}: its first epoch alone sends ${bytes[0]} bytes` };
    }
    return { values, experiment, bytes, classes: info.classes.length };
  } catch (error) {
    if (error instanceof SluiceError) return { values, reason: error.message };
    throw error;
  }
}

function bytesByEpoch({ phases }: ReturnType<typeof planTraffic>): number[] {
  let sum = 0;
  return phases.flatMap(({ epochs, bytesUp, bytesDown }) =>
    Array.from({ length: epochs }, () => (sum += (bytesUp + bytesDown) / epochs)),
  );
}

function nothingToTrain(refused: readonly RefusedPoint[]): SluiceError {
  const lines = refused.map(({ values, reason }) => `${pointWords(values)}: ${reason}`);
  const message = `No point of the search can be trained. ${wrongWords(lines, refused.length, 'points')}`;
  return new SluiceError('bad-experiment', message, { path: 'search' });
}

function requireAboveChance(points: readonly SearchPoint[], { floor }: Search): void {
  const classes = Math.min(...points.map((point) => point.classes));
  if (floor === undefined || floor > 1 / classes) return;
  const message = `search.floor is ${floor}: expected more than chance, which is ${1 / classes} for ${classes} classes.`;
  throw new SluiceError('bad-experiment', message, { path: 'search.floor' });
}
