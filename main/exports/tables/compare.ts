import { leastLevel } from '../../charts/achievement.ts';
import { claimsOf, type Claim } from '../../charts/comparison/claims.ts';
import type { Questions } from '../../charts/comparison/measures.ts';
import { baselineOf, resultsOf, usualQuestions, type Result } from '../../charts/comparison/results.ts';
import { inputFacts } from '../../data/input.ts';
import type { Curve } from './curves.ts';
import { requireAboveChance } from './level.ts';

/** Trainings compared as the window compares them: the seeds of an experiment together, measured by the costliest. */
export interface Comparison {
  readonly results: readonly Result[];
  readonly questions: Questions;
  readonly baseline: Result | null;
  readonly claims: readonly Claim[];
}

/** Compares trainings; `reach` is an accuracy between 0 and 1, the usual level unless given. Throws `level-chance`. */
export function compare(curves: readonly Curve[], reach?: number): Comparison {
  const runs = curves.map(({ run }) => run);
  requireAboveChance(runs, reach);
  const trainings = curves.map(({ training }) => training);
  const classes = runs.map(({ experiment }) => inputFacts(experiment.dataset.name)?.classes.length ?? null);
  const usual = usualQuestions(trainings, null, leastLevel(classes) ?? 0);
  const questions = { ...usual, reach: reach ?? usual.reach };
  const results = resultsOf(trainings, {}, questions, null);
  return { results, questions, baseline: baselineOf(results, null), claims: claimsOf(results, questions) };
}
