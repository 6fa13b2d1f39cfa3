import type { RouteLocationRaw } from 'vue-router';
import type { RunDetail, RunSummary } from '../../../main/api.ts';
import type { QueuePlace } from './useQueue.ts';

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

export function actionsFor(run: Pick<RunSummary, 'status' | 'progress' | 'elsewhere'>): RunActions {
  const { status, progress, elsewhere } = run;
  return {
    // One that waits to go on can be left to wait.
    pause: status === 'running' || (status === 'queued' && progress !== null),
    proceed: status === 'paused',
    stop: status === 'running' || status === 'paused' || status === 'queued',
    resume: status === 'stopped' || status === 'failed' || status === 'interrupted' || elsewhere,
  };
}

type NotedRun = Pick<
  RunDetail,
  'status' | 'error' | 'startedAt' | 'epochsDone' | 'epochsTotal' | 'progress' | 'elsewhere' | 'server'
>;

/** `queue` is where a queued run stands. */
export function statusNote(run: NotedRun, queue: QueuePlace): StatusNote | null {
  switch (run.status) {
    case 'running':
    case 'finished':
      return null;
    case 'queued':
      return queuedNote(run, queue);
    case 'paused':
      return {
        tone: 'info',
        title: 'Paused',
        text: 'It keeps its memory, and leaves its turn to runs that wait. Stop it to free the machine.',
        ways: [],
      };
    case 'stopped':
      return stoppedNote(run);
    case 'interrupted': {
      const text =
        run.startedAt === null
          ? 'The terminal that was to start it has ended. Resume queues it here.'
          : `Its process ended without being asked. ${kept(run)} ${resumption(run)}`;
      return { tone: 'warn', title: 'Interrupted', text, ways: [log] };
    }
    case 'failed':
      return failureNote(run);
  }
}

const log = { label: 'See the log', to: { query: { tab: 'log' } } };
const settings = { label: 'Settings', to: '/settings' };

function queuedNote({ progress, elsewhere }: NotedRun, queue: QueuePlace): StatusNote {
  if (elsewhere) {
    const text = 'A terminal queued it, and starts it in its turn. Resume takes it into the queue of the lab.';
    return { tone: 'info', title: 'Waiting for a terminal', text, ways: [] };
  }
  return progress
    ? { tone: 'info', title: 'Waiting to go on', text: queueText(queue, 'goes on'), ways: [settings] }
    : { tone: 'info', title: 'Waiting for its turn', text: queueText(queue, 'starts'), ways: [settings] };
}

function stoppedNote(run: NotedRun): StatusNote {
  // One that the lab could not start says why.
  if (run.error !== null) return { ...failureNote(run), title: 'Not started' };
  const text =
    run.startedAt === null ? 'It was taken off the queue. Resume queues it again.' : `${kept(run)} ${resumption(run)}`;
  return { tone: 'info', title: 'Stopped', text, ways: [] };
}

/** Pages that help with what an error names. */
const remedies = [
  { names: /data set/i, way: { label: 'Data sets', to: '/data' } },
  { names: /\bengine\b/, way: { label: 'Engines', to: '/engines' } },
] as const;

function failureNote(run: NotedRun): StatusNote {
  const { error } = run;
  return {
    tone: 'bad',
    title: 'Failed',
    text: error ?? 'It gave no reason; the log may say more.',
    advice: `Put that right first. ${resumption(run)}`,
    ways: [log, ...remedies.filter(({ names }) => error !== null && names.test(error)).map(({ way }) => way)],
  };
}

function kept({ epochsDone, epochsTotal }: NotedRun): string {
  return epochsDone > 0 ? `${epochs(epochsDone)} of ${epochsTotal} are done.` : 'No epoch was finished.';
}

/** Of a run that had no time for a last checkpoint. */
function resumption({ epochsDone, server }: NotedRun): string {
  const asking = server ? ` It asks for the token of the offload server at ${server.url}.` : '';
  return `${epochsDone > 0 ? 'Resume goes on from its last checkpoint.' : 'Resume begins it anew.'}${asking}`;
}

function queueText({ ahead, running }: QueuePlace, begins: 'starts' | 'goes on'): string {
  if (ahead > 0) return `${ahead} queued ${ahead === 1 ? 'run goes' : 'runs go'} before it.`;
  if (running === 0) return `It ${begins} in a moment.`;
  const room = running === 1 ? 'the run in training ends or pauses' : 'one of the runs in training ends or pauses';
  return `It ${begins} when ${room}. The settings say how many may train at a time.`;
}

function epochs(count: number): string {
  return count === 1 ? '1 epoch' : `${count} epochs`;
}
