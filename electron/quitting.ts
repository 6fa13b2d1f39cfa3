export type QuitChoice = 'stop' | 'leave' | 'cancel';

export interface QuitOptions {
  /** How many runs are active. */
  active(): number;
  ask(active: number): Promise<QuitChoice>;
  /** Ends the runs with a checkpoint; false when not all of them ended in time. */
  stopRuns(): Promise<boolean>;
  /** Some runs did not end: quit all the same? They go on by themselves. */
  askAgain(): Promise<boolean>;
  stopHost(): Promise<void>;
  quit(): void;
}

/**
 * Decides what quitting means: while runs are active the user is asked. To be called whenever the app is about to quit
 * or its window to close; what it is called with is prevented until everything is settled and `quit` was called.
 */
export function guardQuit(options: QuitOptions): (event: { preventDefault(): void }) => void {
  let state: 'open' | 'settling' | 'settled' = 'open';

  async function settle(): Promise<boolean> {
    const active = options.active();
    if (active > 0) {
      const choice = await options.ask(active);
      if (choice === 'cancel') return false;
      if (choice === 'stop' && !(await options.stopRuns()) && !(await options.askAgain())) return false;
    }
    await options.stopHost();
    return true;
  }

  return (event) => {
    if (state === 'settled') return;
    event.preventDefault();
    if (state === 'settling') return;
    state = 'settling';
    void settle().then(
      (agreed) => {
        state = agreed ? 'settled' : 'open';
        if (agreed) options.quit();
      },
      () => {
        // Whatever failed in asking or ending, the app can be quit.
        state = 'settled';
        options.quit();
      },
    );
  };
}
