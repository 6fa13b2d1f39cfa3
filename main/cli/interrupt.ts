import { emitKeypressEvents, type Key } from 'node:readline';
import { exitCodes } from './failure.ts';

/** The user's ways to interfere with a run under way. */
export interface Interruption {
  /** Aborted by Ctrl-C, `q`, a signal, or when nobody reads the output any more; a second Ctrl-C ends at once. */
  readonly signal: AbortSignal;
  /** Gives signals and keyboard back. */
  readonly end: () => void;
}

/** Listens for signals and, on a terminal, for the keys p (pause, go on) and q (stop). */
export function listen(onPause: () => void): Interruption {
  const stop = new AbortController();
  const end = (): void => stop.abort();
  const interrupt = (): void => {
    if (stop.signal.aborted) endAtOnce();
    end();
  };
  process.on('SIGINT', interrupt);
  // A terminal that is closed says so more than once.
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, end);
  for (const stream of [process.stdin, process.stdout]) stream.on('error', end);
  const endKeys = listenToKeys({ p: onPause, q: interrupt, 'ctrl-c': interrupt, 'ctrl-z': suspend });
  return {
    signal: stop.signal,
    end: () => {
      process.off('SIGINT', interrupt);
      for (const signal of ['SIGTERM', 'SIGHUP']) process.off(signal, end);
      for (const stream of [process.stdin, process.stdout]) stream.off('error', end);
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

/** What Ctrl-Z does when the terminal leaves the keys to the program; Windows knows no such thing. */
function suspend(): void {
  if (process.platform === 'win32') return;
  process.stdin.setRawMode(false);
  process.once('SIGCONT', () => process.stdin.setRawMode(true));
  process.kill(process.pid, 'SIGTSTP');
}
