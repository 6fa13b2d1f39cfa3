import { SluiceError } from '../../errors.ts';
import { choosingAccuracy } from '../../records/best-epoch.ts';
import { parseExperiment } from '../experiment/parse.ts';
import { epochsOfAll } from '../life/halt.ts';
import { resumeRun } from '../life/lifecycle.ts';
import type { Run } from '../store/run.ts';
import type { SearchRow, TrialRow } from '../store/search-table.ts';
import type { Store } from '../store/store.ts';
import { decide } from './asha.ts';
import { searchPoints, type SearchPoint, type SearchPoints } from './points.ts';
import { rungsOf } from './rungs.ts';
import type { Search } from './schema.ts';
import {
  progressOfTrials,
  type Goal,
  type TrialEpoch,
  type TrialFacts,
  type TrialLife,
  type TrialProgress,
} from './trial-progress.ts';

/** A search that can be looked at and gone on with. All of it follows from what the store has. */
export interface OpenSearch extends SearchPoints {
  readonly id: string;
  readonly search: Search;
  readonly goal: Goal;
}

/** A trial with its run, as they are at the moment. */
export interface Trial {
  readonly point: SearchPoint;
  readonly run: Run | null;
  readonly row: TrialRow | null;
  readonly facts: TrialFacts;
  readonly progress: TrialProgress;
}

/** The points of a search and where they are compared. Throws as searchPoints. */
export function planSearch(input: SearchRow['experiment']): Omit<OpenSearch, 'id'> {
  const { search } = parseExperiment(input);
  if (!search) {
    const message = 'The experiment has no search: expected the field search, or what is searched as options.';
    throw new SluiceError('bad-experiment', message, { path: 'search' });
  }
  const points = searchPoints(input, search);
  const { rungs, floor = null, maxBytes = Infinity } = search;
  const limits = rungsOf(
    search,
    points.points.map(({ bytes }) => bytes),
  );
  return { ...points, search, goal: { unit: rungs.unit, rungs: limits, floor, maxBytes } };
}

export function openSearch({ id, experiment }: SearchRow): OpenSearch {
  return { id, ...planSearch(experiment) };
}

/** Where all trials of a search stand now. */
export function lookAt(store: Store, { id: search, points, goal }: OpenSearch): Trial[] {
  const rows = new Map(store.trials(search).map((row) => [row.number, row]));
  const queued = new Set(store.queue().map((each) => each.id));
  const trials = points.map((point, number) => {
    const row = rows.get(number) ?? null;
    const id = row?.run ?? null;
    const run = id === null ? null : store.get(id);
    const life = row ? lifeOf(store, run, queued) : 'waiting';
    const epochs = run ? trialEpochs(store, run) : [];
    return { point, row, run, facts: { planned: point.bytes, epochs, asked: row?.rung ?? null, life } };
  });
  const progress = progressOfTrials(
    trials.map(({ facts }) => facts),
    goal,
  );
  return trials.map((trial, i) => ({ ...trial, progress: progress[i] }));
}

/** What a search does next: has a queued run executed, which stops by itself; waits for those under way; or nothing any more. */
export type NextStep =
  { readonly kind: 'train'; readonly run: Run } | { readonly kind: 'wait' } | { readonly kind: 'end' };

/** Takes the next step of a search. Whoever calls it alone does, and has the run executed: it is queued, and in no queue. */
export function nextStep(store: Store, open: OpenSearch, row: SearchRow): NextStep {
  const trials = lookAt(store, open);
  for (const { run, facts, progress } of trials) {
    if (run && facts.life === 'training') setHalt(store, open, run, progress.stopAfter);
  }
  const left = trials.find(({ facts, progress }) => progress.state === 'busy' && facts.life === 'waiting');
  if (left) return { kind: 'train', run: goOn(store, open, left.progress.trial) };
  const decision = decide(
    trials.map(({ progress }) => progress),
    { rungs: open.goal.rungs.length, reduction: open.search.rungs.reduction },
  );
  if (decision.kind !== 'train') return decision;
  const { trial, rung } = decision;
  if (trials[trial].row) store.sendTrial(open.id, trial, rung);
  else store.beginTrial(row, trial, rung, open.points[trial].experiment);
  return { kind: 'train', run: goOn(store, open, trial) };
}

/** Queues the run of a trial until it has come to its rung. */
function goOn(store: Store, open: OpenSearch, trial: number): Run {
  const { run, progress } = lookAt(store, open)[trial];
  const queued = resumeRun(store, run!.id);
  setHalt(store, open, queued, progress.stopAfter);
  return queued;
}

function setHalt(store: Store, { goal }: OpenSearch, { id }: Run, epochs: number): void {
  const before = store.halt(id);
  if (before?.epochs !== epochs || before.accuracy !== goal.floor) store.setHalt(id, { epochs, accuracy: goal.floor });
}

/** A run that somebody stopped or deleted, or that could not be started, is given up; one whose process died goes on. */
function lifeOf(store: Store, run: Run | null, queued: ReadonlySet<string>): TrialLife {
  if (!run) return 'failed';
  switch (run.status) {
    case 'finished':
    case 'failed':
      return run.status;
    case 'running':
    case 'paused':
      return 'training';
    case 'stopped':
      return run.error !== null || store.wanted(run.id) === 'stop' ? 'failed' : 'waiting';
    case 'queued':
    case 'interrupted':
      return queued.has(run.id) ? 'training' : 'waiting';
  }
}

function trialEpochs(store: Store, run: Run): TrialEpoch[] {
  let before = 0;
  let last = { training: 0, sent: 0 };
  return epochsOfAll(run, store.epochs(run.id)).map((epoch) => {
    if (epoch.training !== last.training) before += last.sent;
    last = { training: epoch.training, sent: epoch.bytesUp + epoch.bytesDown };
    return { bytes: before + last.sent, accuracy: choosingAccuracy(epoch), testAccuracy: epoch.testAccuracy };
  });
}
