import type { RunSummary } from '../../main/api.ts';
import { bestsText } from '../../main/charts/formats.ts';

export interface News {
  readonly tone: 'good' | 'warn' | 'bad' | 'info';
  readonly title: string;
  readonly text: string;
  /** The same of several runs. */
  readonly many: (count: number) => string;
}

const many = (what: string) => (count: number) => `${count} runs ${what}.`;

/** What to say of a run that has just become what it is; null for what needs no words. */
export function newsOf({ name, number, status, startedAt, bests, error, halted }: RunSummary): News | null {
  const run = `${name} (run ${number})`;
  switch (status) {
    case 'finished': {
      const best = bests.length === 0 ? '' : `, best accuracy ${bestsText(bests)}`;
      const text = `${run} has finished${best}.`;
      return { tone: 'good', title: 'Run finished', text, many: many('have finished') };
    }
    case 'failed':
      return {
        tone: 'bad',
        title: 'Run failed',
        text: `${run} failed: ${error ?? 'its log says why.'}`,
        many: many('failed'),
      };
    case 'interrupted':
      return {
        tone: 'warn',
        title: 'Run interrupted',
        text: `${run} was interrupted. It can be resumed.`,
        many: many('were interrupted'),
      };
    case 'stopped':
      // A search tells of itself.
      if (halted) return null;
      // Why the lab could not start one is told in a notice of its own.
      if (startedAt === null) return error === null ? offQueue(run) : null;
      return {
        tone: 'info',
        title: 'Run stopped',
        text: `${run} has stopped, with a checkpoint.`,
        many: many('have stopped'),
      };
    default:
      return null;
  }
}

function offQueue(run: string): News {
  return {
    tone: 'info',
    title: 'Run taken off the queue',
    text: `${run} was taken off the queue.`,
    many: many('were taken off the queue'),
  };
}
