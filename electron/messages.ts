import type { MessageBoxOptions } from 'electron';

/** What the shell says in message boxes: texts and buttons, in the order of the answers. */

const safe = 'Runs are processes of their own: they go on, and all they have recorded is on disk.';

export function quitQuestion(active: number, names: readonly string[]): MessageBoxOptions {
  return {
    type: 'question',
    title: 'Quit Sluice',
    message: active === 1 ? `${names[0] ?? 'A run'} is still training.` : `${active} runs are still training.`,
    detail:
      'They can end now with a checkpoint, to be resumed later, or go on without the window. Queued runs start when ' +
      'Sluice is opened again.',
    buttons: ['Stop with a checkpoint', 'Let them go on', 'Cancel'],
    defaultId: 1,
    cancelId: 2,
    noLink: true,
  };
}

export const notStopped: MessageBoxOptions = {
  type: 'warning',
  title: 'Quit Sluice',
  message: 'Not all runs have ended.',
  detail: 'Those that have not go on without the window, and end when they reach their next step.',
  buttons: ['Quit', 'Cancel'],
  defaultId: 0,
  cancelId: 1,
  noLink: true,
};

export function windowGone(reason: string): MessageBoxOptions {
  return {
    type: 'error',
    title: 'Sluice',
    message: reason === 'oom' ? 'The window ran out of memory.' : `The window stopped working (${reason}).`,
    detail: safe,
    buttons: ['Open it again', 'Quit'],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  };
}

export function hostGone(code: number, log: string): MessageBoxOptions {
  return {
    type: 'error',
    title: 'Sluice',
    message: `The lab's host does not stay up (exit code ${code}).`,
    detail: `${safe} What went wrong is written in ${log}.`,
    buttons: ['Try again', 'Quit'],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  };
}
