import type { RouteLocationRaw } from 'vue-router';
import type { RunSummary } from '../../../main/api.ts';
import type { QueueStanding } from './useQueue.ts';

/** What a status means to the person who looks at a run, where its name does not say all. */
export interface StatusNote {
  readonly tone: 'info' | 'warn' | 'bad';
  readonly title: string;
  readonly text: string;
  /** What to do about it, after a text of others' words. */
  readonly advice?: string;
  /** Pages that help. */
  readonly ways: readonly { readonly label: string; readonly to: RouteLocationRaw }[];
}

/** What can be done with a run in its status; cloning, exporting and deleting are for all. */
export interface RunActions {
  readonly pause: boolean;
  readonly proceed: boolean;
  readonly stop: boolean;
  readonly resume: boolean;
}

export function actionsFor({ status, progress }: Pick<RunSummary, 'status' | 'progress'>): RunActions {
  return {
    // One that waits to go on can be left to wait.
    pause: status === 'running' || (status === 'queued' && progress !== null),
    proceed: status === 'paused',
    stop: status === 'running' || status === 'paused' || status === 'queued',
    resume: status === 'stopped' || status === 'failed' || status === 'interrupted',
  };
}

type NotedRun = Pick<RunSummary, 'status' | 'error' | 'engine' | 'epochsDone' | 'epochsTotal' | 'progress'>;

/** `ahead` is the number of runs that go before a queued one. */
export function statusNote(run: NotedRun, queue: QueueStanding): StatusNote | null {
  const { status, epochsDone, epochsTotal, progress } = run;
  const kept = epochsDone > 0 ? `${epochs(epochsDone)} of ${epochsTotal} are done.` : 'No epoch was finished.';
  switch (status) {
    case 'running':
    case 'finished':
      return null;
    case 'queued':
      return progress
        ? { tone: 'info', title: 'Waiting to go on', text: queueText(queue, 'goes on'), ways: [settings] }
        : { tone: 'info', title: 'Waiting for its turn', text: queueText(queue, 'starts'), ways: [settings] };
    case 'paused':
      return {
        tone: 'info',
        title: 'Paused',
        text: 'It keeps its memory, and leaves its turn to runs that wait. Stop it to free the machine.',
        ways: [],
      };
    case 'stopped':
      return { tone: 'info', title: 'Stopped', text: `${kept} Resume goes on from its last checkpoint.`, ways: [] };
    case 'interrupted':
      return {
        tone: 'warn',
        title: 'Interrupted',
        text: `Its process ended without being asked. ${kept} Resume goes on from its last checkpoint.`,
        ways: [log],
      };
    case 'failed':
      return failureNote(run);
  }
}

const log = { label: 'See the log', to: { query: { tab: 'log' } } };
const settings = { label: 'Settings', to: '/settings' };

/** One that never had an engine lacked that, or its data set. */
function failureNote({ error, engine, epochsDone }: NotedRun): StatusNote {
  const goesOn = epochsDone > 0 ? 'goes on from the last checkpoint' : 'begins it anew';
  return {
    ...{ tone: 'bad', title: 'Failed', text: error ?? 'It gave no reason; the log may say more.' },
    advice: `When that is put right, resume ${goesOn}.`,
    ways: [
      log,
      ...(engine === null
        ? [
            { label: 'Data sets', to: '/data' },
            { label: 'Engines', to: '/engines' },
          ]
        : []),
    ],
  };
}

function queueText({ ahead, running }: QueueStanding, begins: 'starts' | 'goes on'): string {
  if (ahead > 0) return `${ahead} queued ${ahead === 1 ? 'run goes' : 'runs go'} before it.`;
  if (running === 0) return `It ${begins} in a moment.`;
  const room = running === 1 ? 'the run in training ends or pauses' : 'one of the runs in training ends or pauses';
  return `It ${begins} when ${room}. The settings say how many may train at a time.`;
}

function epochs(count: number): string {
  return count === 1 ? '1 epoch' : `${count} epochs`;
}
