import type { RunSummary } from '../../../main/api.ts';
import type { QueueStanding } from './useQueue.ts';

/** What a status means to the person who looks at a run, where its name does not say all. */
export interface StatusNote {
  readonly tone: 'info' | 'warn' | 'bad';
  readonly title: string;
  readonly text: string;
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

type NotedRun = Pick<RunSummary, 'status' | 'error' | 'epochsDone' | 'epochsTotal' | 'progress'>;

/** `ahead` is the number of runs that go before a queued one. */
export function statusNote(
  { status, error, epochsDone, epochsTotal, progress }: NotedRun,
  queue: QueueStanding,
): StatusNote | null {
  const kept = epochsDone > 0 ? `${epochs(epochsDone)} of ${epochsTotal} are done.` : 'No epoch was finished.';
  switch (status) {
    case 'running':
    case 'finished':
      return null;
    case 'queued':
      return progress
        ? { tone: 'info', title: 'Waiting to go on', text: queueText(queue, 'goes on') }
        : { tone: 'info', title: 'Waiting for its turn', text: queueText(queue, 'starts') };
    case 'paused':
      return {
        tone: 'info',
        title: 'Paused',
        text: 'It keeps its memory, and leaves its turn to runs that wait. Stop it to free the machine.',
      };
    case 'stopped':
      return { tone: 'info', title: 'Stopped', text: `${kept} Resume goes on from its last checkpoint.` };
    case 'interrupted':
      return {
        tone: 'warn',
        title: 'Interrupted',
        text: `Its process ended without being asked. ${kept} Resume goes on from its last checkpoint.`,
      };
    case 'failed':
      return {
        tone: 'bad',
        title: 'Failed',
        text: `${error ?? 'It gave no reason; the log may say more.'} When that is put right, resume goes on from the last checkpoint.`,
      };
  }
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
