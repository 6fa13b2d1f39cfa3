import type { ExperimentInput, SweepPlan, SweepPointPlan } from '../../api.ts';
import { SluiceError } from '../../errors.ts';
import { checkExperiment } from '../../runs/experiment/check.ts';
import { problemWords, wrongWords } from '../../runs/experiment/problems.ts';
import { pointsOf, pointWords, type SweepPoint } from '../../runs/sweep/points.ts';
import type { Sweep } from '../../runs/sweep/schema.ts';
import { findDataset } from './find-dataset.ts';
import { planOf, type LayerTimes, type PastRuns } from './plan-of.ts';

/** What the runs of a sound sweep would be, one by one and all together, and which of them cannot be. */
export function planSweep(input: ExperimentInput, sweep: Sweep, past: PastRuns, times?: LayerTimes): SweepPlan {
  // They are looked through for each point.
  let listed: ReturnType<PastRuns['list']> | null = null;
  const known = { ...past, list: () => (listed ??= past.list()).slice() };
  const points = pointsOf(input, sweep).map((point) => planPoint(point, known, times));
  const wrong = points.filter(({ problem }) => problem !== null);
  const lines = wrong.map(({ values, problem }) => `${pointWords(values)}: ${problem}`);
  const sum = (of: (point: SweepPointPlan) => number | null): number | null =>
    points.reduce<number | null>((total, point) => {
      const part = of(point);
      return total === null || part === null ? null : total + point.runs * part;
    }, 0);
  return {
    points,
    runs: points.reduce((total, { runs }) => total + runs, 0),
    bytes: sum(({ bytes }) => bytes),
    fullBudgetBytes: sum(({ fullBudgetBytes }) => fullBudgetBytes),
    seconds: sum(({ seconds }) => seconds),
    problem: lines.length === 0 ? null : `: ${wrongWords(lines, points.length, 'combinations')}`,
  };
}

function planPoint(point: SweepPoint, past: PastRuns, times?: LayerTimes): SweepPointPlan {
  const { values, experiment, problems } = point;
  const nothing = { values, runs: experiment?.seeds.length ?? 1, bytes: null, fullBudgetBytes: null, seconds: null };
  if (!experiment || problems.length > 0) return { ...nothing, problem: problemWords(problems) };
  const { info, problem } = findDataset(experiment.dataset.name);
  if (!info || problem) return { ...nothing, problem: problemWords(problem ? [problem] : []) };
  try {
    checkExperiment(experiment, info);
    const { bytesUp, bytesDown, fullBudgetBytes, seconds, evaluationSeconds } = planOf(experiment, info, past, times);
    const whole = seconds === null ? null : seconds + (evaluationSeconds ?? 0);
    return { ...nothing, bytes: bytesUp + bytesDown, fullBudgetBytes, seconds: whole, problem: null };
  } catch (error) {
    if (error instanceof SluiceError) return { ...nothing, problem: error.message };
    throw error;
  }
}
