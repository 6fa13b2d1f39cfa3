import type { PowerSaveBlocker } from 'electron';

/** Keeps the computer from sleeping while it is told to; the screen may go dark. */
export function keepAwake(blocker: Pick<PowerSaveBlocker, 'start' | 'stop'>): (needed: boolean) => void {
  let held: number | undefined;
  return (needed) => {
    if (needed) held ??= blocker.start('prevent-app-suspension');
    else if (held !== undefined) {
      blocker.stop(held);
      held = undefined;
    }
  };
}
