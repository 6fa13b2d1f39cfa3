import type { SearchEntry, SearchGoal, SearchOutcome, SearchPlan, SearchStatus, SearchTrial } from '../../api.ts';
import { formatBytes, formatPercent } from '../../charts/formats.ts';
import { sluiceHome } from '../../home.ts';
import { epochsLeft } from '../../runs/search/left.ts';
import { isSearched } from '../../runs/search/lock.ts';
import { lookAt, type OpenSearch, type Trial } from '../../runs/search/search.ts';
import { progressOfTrials, type TrialEpoch } from '../../runs/search/trial-progress.ts';
import { pointWords } from '../../runs/sweep/points.ts';
import { runNumber } from '../../runs/store/run.ts';
import type { SearchRow } from '../../runs/store/search-table.ts';
import { baseName } from '../../runs/store/select.ts';
import { statusNow, type Store } from '../../runs/store/store.ts';

/** What a search would do, before anything of it is trained. */
export function planOfSearch(open: Omit<OpenSearch, 'id'>): SearchPlan {
  const { points, refused, goal } = open;
  const progress = progressOfTrials(
    points.map(({ bytes }) => ({ planned: bytes, epochs: [], asked: null, life: 'waiting' })),
    goal,
  );
  const planned = points.map(({ values, bytes }, i) => ({
    values,
    bytes: bytes.findLast((sent) => sent <= goal.maxBytes)!,
    firstEpoch: bytes[0],
    entry: progress[i].entry,
  }));
  return {
    goal: goalOf(open),
    points: planned,
    refused,
    mostBytes: planned.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** What a search has come to, from the records of its runs. */
export function outcomeOfSearch(store: Store, row: SearchRow, open: OpenSearch): SearchOutcome {
  const looked = lookAt(store, open);
  const trials = looked.map((trial) => trialOf(store, trial, open));
  const { id, name, project, status, createdAt } = entryOf(row);
  const best = bestOf(trials, open);
  return {
    id,
    name,
    project,
    status,
    createdAt,
    goal: goalOf(open),
    settings: Object.keys(open.search.settings),
    trials,
    refused: open.refused,
    best: best?.number ?? null,
    verdict: verdictOf(trials, best, open, status),
    bytes: trials.reduce((sum, { bytes }) => sum + bytes, 0),
    secondsLeft: status === 'ended' ? null : secondsLeft(store, open, looked),
  };
}

export function entryOf({ id, project, experiment, state, createdAt }: SearchRow): SearchEntry {
  const { floor = null, maxBytes = null } = experiment.search ?? {};
  const name = baseName(id);
  return { id, name, project, status: statusOf(id, state), createdAt, goal: { floor, maxBytes } };
}

function statusOf(id: string, state: SearchRow['state']): SearchStatus {
  return state === 'running' && !isSearched(sluiceHome(), id) ? 'interrupted' : state;
}

function goalOf({ goal: { floor, maxBytes, unit, rungs }, search }: Pick<OpenSearch, 'goal' | 'search'>): SearchGoal {
  return {
    floor,
    maxBytes: Number.isFinite(maxBytes) ? maxBytes : null,
    unit,
    rungs: rungs.filter((rung) => Number.isFinite(rung)),
    reduction: search.rungs.reduction,
  };
}

function trialOf(store: Store, { point, run, row, facts, progress }: Trial, { goal }: OpenSearch): SearchTrial {
  const { epochs, planned, asked } = facts;
  const counted = countedEpoch(epochs, progress.reachedBytes, goal.maxBytes);
  return {
    number: progress.trial,
    values: point.values,
    run: run?.id ?? null,
    status: run && statusNow(store, run),
    state: progress.state,
    reason: reasonOf({ row, run, progress, facts }),
    rung: progress.rung,
    asked,
    epochs: epochs.length,
    plannedEpochs: planned.length,
    bytes: progress.bytes,
    accuracy: counted?.testAccuracy ?? null,
    accuracyBytes: counted?.bytes ?? null,
    reached: progress.reachedBytes !== null,
    curve: epochs.map(({ bytes, testAccuracy }) => ({ bytes, accuracy: testAccuracy })),
  };
}

/** The first that was as good as the floor, or the best that sends no more than it may. */
function countedEpoch(epochs: readonly TrialEpoch[], reached: number | null, maxBytes: number): TrialEpoch | null {
  if (reached !== null) return epochs.find(({ bytes }) => bytes === reached) ?? null;
  return epochs
    .filter(({ bytes, accuracy }) => bytes <= maxBytes && !Number.isNaN(accuracy))
    .reduce<TrialEpoch | null>((best, each) => (best && best.accuracy >= each.accuracy ? best : each), null);
}

function reasonOf({ row, run, progress, facts }: Pick<Trial, 'row' | 'run' | 'progress' | 'facts'>): string | null {
  if (row && !run) return 'Its run was deleted.';
  if (progress.state === 'failed') return run?.error ?? 'It was stopped by hand.';
  const isDearer = progress.state === 'over' && progress.reachedBytes === null && facts.life !== 'finished';
  if (!isDearer || progress.stopAfter >= facts.planned.length) return null;
  return progress.rung === null || facts.epochs.length <= progress.stopAfter
    ? 'One more epoch would send more than the best has, or than it may.'
    : null;
}

function bestOf(trials: readonly SearchTrial[], { goal }: OpenSearch): SearchTrial | null {
  const scored = trials.filter(({ accuracy }) => accuracy !== null);
  const reached = scored.filter((trial) => trial.reached);
  const dearest = (trial: SearchTrial): number => trial.accuracyBytes ?? Infinity;
  if (goal.floor !== null && reached.length > 0) return least(reached, dearest);
  return least(scored, (trial) => -(trial.accuracy ?? 0), dearest);
}

/** The least by the first, of equals by the second; the earlier of what is still equal. */
function least<T>(items: readonly T[], by: (item: T) => number, then: (item: T) => number = () => 0): T | null {
  return items.reduce<T | null>((best, each) => {
    const difference = best === null ? -1 : by(each) - by(best) || then(each) - then(best);
    return difference < 0 ? each : best;
  }, null);
}

function verdictOf(
  trials: readonly SearchTrial[],
  best: SearchTrial | null,
  { goal: { floor, maxBytes } }: OpenSearch,
  status: SearchStatus,
): string {
  if (!best || best.accuracy === null)
    return status === 'ended' ? 'No trial has a result.' : 'No trial has a result yet.';
  const values = pointWords(best.values);
  const run = best.run === null ? '' : `, run ${runNumber({ id: best.run })}`;
  const what = `${formatPercent(best.accuracy)} for ${formatBytes(best.accuracyBytes!)} (${values}${run})`;
  if (floor === null) return `The best within ${formatBytes(maxBytes)}: ${what}.`;
  if (best.reached) return `The fewest bytes for ${formatPercent(floor)}: ${what}.`;
  const whole = trials.filter(
    ({ state, epochs, plannedEpochs }) => state === 'over' && epochs === plannedEpochs,
  ).length;
  const none = `No run reaches ${formatPercent(floor)}${status === 'ended' ? '' : ' yet'}. The best found is ${what}.`;
  if (status !== 'ended') return none;
  return (
    `${none} ${whole} of ${trials.length} trials were trained to their end, the others stopped at a rung: lower the ` +
    'floor, give the phases more epochs, or widen the space.'
  );
}

function secondsLeft(store: Store, open: OpenSearch, trials: readonly Trial[]): number | null {
  let [seconds, epochs] = [0, 0];
  for (const { run } of trials) {
    const result = run && store.results(run.id).get(run.id);
    if (!result) continue;
    seconds += result.trainingSeconds + (result.evaluationSeconds ?? 0);
    epochs += result.epochs;
  }
  if (epochs === 0) return null;
  return (
    (seconds / epochs) *
    epochsLeft(
      open,
      trials.map(({ facts }) => facts),
    )
  );
}
