import type { RunStatus, RunSummary } from '../../../main/api.ts';

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

export function actionsFor(status: RunStatus): RunActions {
  return {
    pause: status === 'running',
    proceed: status === 'paused',
    stop: status === 'running' || status === 'paused' || status === 'queued',
    resume: status === 'stopped' || status === 'failed' || status === 'interrupted',
  };
}

/** `ahead` is the number of runs that go before a queued one. */
export function statusNote(
  { status, error, epochsDone, epochsTotal }: Pick<RunSummary, 'status' | 'error' | 'epochsDone' | 'epochsTotal'>,
  queue: { readonly ahead: number; readonly running: number },
): StatusNote | null {
  const kept = epochsDone > 0 ? `${epochs(epochsDone)} of ${epochsTotal} are done.` : 'No epoch was finished.';
  switch (status) {
    case 'running':
    case 'finished':
      return null;
    case 'queued':
      return { tone: 'info', title: 'Waiting for its turn', text: queueText(queue) };
    case 'paused':
      return {
        tone: 'info',
        title: 'Paused',
        text: 'It holds its memory and goes on where it is. Stop it to free the machine.',
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

function queueText({ ahead, running }: { readonly ahead: number; readonly running: number }): string {
  if (ahead > 0) return `${ahead} queued ${ahead === 1 ? 'run goes' : 'runs go'} before it.`;
  if (running > 0)
    return `It starts when ${running === 1 ? 'the active run ends' : 'one of the active runs ends'}. Settings allow more at a time.`;
  return 'It is about to start.';
}

function epochs(count: number): string {
  return count === 1 ? '1 epoch' : `${count} epochs`;
}
