import { decide } from './asha.ts';
import type { OpenSearch } from './search.ts';
import { progressOfTrials, type TrialFacts } from './trial-progress.ts';

/** So many more trainings are thought through, then the rest is anybody's guess. */
const mostSteps = 2000;

/** How many epochs a search is likely to train still: as if nobody learned any more from here. */
export function epochsLeft(
  { goal, search }: Pick<OpenSearch, 'goal' | 'search'>,
  trials: readonly TrialFacts[],
): number {
  const rules = { rungs: goal.rungs.length, reduction: search.rungs.reduction };
  const facts = [...trials];
  let left = 0;
  for (let step = 0; step < mostSteps; step++) {
    const progress = progressOfTrials(facts, goal);
    const busy = progress.find(({ state }) => state === 'busy');
    const decision = busy ? null : decide(progress, rules);
    if (decision && decision.kind !== 'train') return left;
    if (decision) facts[decision.trial] = { ...facts[decision.trial], asked: decision.rung };
    const at = busy?.trial ?? (decision?.kind === 'train' ? decision.trial : 0);
    const { stopAfter } = progressOfTrials(facts, goal)[at];
    left += Math.max(0, stopAfter - facts[at].epochs.length);
    facts[at] = trainedTo(facts[at], stopAfter);
  }
  return left;
}

function trainedTo(trial: TrialFacts, epochs: number): TrialFacts {
  const { planned, epochs: had } = trial;
  const last = had.at(-1) ?? { bytes: 0, accuracy: 0, testAccuracy: 0 };
  const share = had.length === 0 ? 1 : last.bytes / planned[had.length - 1];
  const more = planned.slice(had.length, epochs).map((bytes) => ({
    ...last,
    bytes: last.bytes + share * (bytes - (planned[had.length - 1] ?? 0)),
  }));
  const life = had.length + more.length >= planned.length ? 'finished' : 'waiting';
  return { ...trial, epochs: [...had, ...more], life };
}
