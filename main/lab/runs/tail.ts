import type { Store } from '../../runs/store/store.ts';

/** Looks for changes of the store, whichever process makes them. */
export interface Tail {
  /** Looks at once: something was changed from here. */
  poke(): void;
  start(): void;
  stop(): void;
}

/** A look costs a tenth of a millisecond when nothing has changed. */
const activeMs = 250;
const pokedMs = 100;
const idleMs = 1000;
const idleAfterMs = 5000;

/** Calls `look` when something was written, at most four times a second of its own accord. Nothing happens before it is started. */
export function tailStore(store: Store, look: () => void): Tail {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let version = NaN;
  let changedAt = 0;
  let poked = false;
  let lookedAt = 0;

  function tick(): void {
    const now = Date.now();
    const current = store.version();
    if (current !== version || poked) changedAt = now;
    // A log may have grown though the database has not.
    const recent = now - changedAt < idleAfterMs;
    [version, poked, lookedAt] = [current, false, now];
    if (recent) look();
    timer = setTimeout(tick, recent ? activeMs : idleMs);
  }

  return {
    poke: () => {
      poked = true;
      if (timer === null) return;
      clearTimeout(timer);
      timer = setTimeout(tick, Math.max(0, lookedAt + pokedMs - Date.now()));
    },
    start: () => {
      if (timer === null) tick();
    },
    stop: () => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}
