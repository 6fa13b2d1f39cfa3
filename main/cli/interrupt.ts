import { emitKeypressEvents, type Key } from 'node:readline';
import { exitCodes } from './failure.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The user's ways to interfere with a run under way. */
export interface Interruption {
  /** Aborted by Ctrl-C, `q`, a signal, or when nobody reads the output any more; another signal ends at once. */
  readonly signal: AbortSignal;
  /** Gives signals and keyboard back. */
  readonly end: () => void;
}

/** Listens for signals and, on a terminal, for the keys p (pause, go on) and q (stop). */
export function listen(onPause: () => void): Interruption {
  const stop = new AbortController();
  const interrupt = (): void => {
    if (stop.signal.aborted) endAtOnce();
    stop.abort();
  };
  const unread = (): void => stop.abort();
  for (const name of signals) process.on(name, interrupt);
  process.stdout.on('error', unread);
  const endKeys = listenToKeys({ p: onPause, q: interrupt, 'ctrl-c': interrupt, 'ctrl-z': suspend });
  return {
    signal: stop.signal,
    end: () => {
      for (const name of signals) process.off(name, interrupt);
      process.stdout.off('error', unread);
      endKeys();
    },
  };
}

function endAtOnce(): never {
  // The progress bar hides the cursor.
  if (process.stdout.isTTY) process.stdout.write('\u001b[?25h\n');
  process.exit(exitCodes.stopped);
}

/** Calls the function of each key pressed; returns what stops it. Without a terminal there are no keys. */
function listenToKeys(actions: Readonly<Record<string, () => void>>): () => void {
  const { stdin } = process;
  if (!stdin.isTTY || !process.stdout.isTTY) return () => undefined;
  const press = (_: string | undefined, key: Key): void => {
    actions[key.ctrl ? `ctrl-${key.name}` : (key.name ?? '')]?.();
  };
  emitKeypressEvents(stdin);
  stdin.on('keypress', press);
  stdin.setRawMode(true);
  stdin.resume();
  return () => {
    stdin.off('keypress', press);
    stdin.setRawMode(false);
    stdin.pause();
  };
}

/** What Ctrl-Z does when the terminal leaves the keys to the program. */
function suspend(): void {
  process.stdin.setRawMode(false);
  process.once('SIGCONT', () => process.stdin.setRawMode(true));
  process.kill(process.pid, 'SIGTSTP');
}
