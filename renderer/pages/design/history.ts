/** States of a document that can be gone back to. Changes of one gesture, such as a drag, are one step. */
export interface History<T> {
  readonly past: readonly T[];
  readonly present: T;
  readonly future: readonly T[];
  /** Names what the last change was part of; null once that is over. */
  readonly gesture: string | null;
}

const longest = 200;

export function historyOf<T>(present: T): History<T> {
  return { past: [], present, future: [], gesture: null };
}

/** The document has changed. With the gesture of the change before, both are undone together. */
export function record<T>(history: History<T>, present: T, gesture: string | null = null): History<T> {
  if (present === history.present) return history;
  const continues = gesture !== null && gesture === history.gesture;
  const past = continues ? history.past : [...history.past, history.present].slice(-longest);
  return { past, present, future: [], gesture };
}

/** Ends a gesture: the next change is a step of its own. */
export function settle<T>(history: History<T>): History<T> {
  return history.gesture === null ? history : { ...history, gesture: null };
}

export function undo<T>({ past, present, future }: History<T>): History<T> {
  const before = past.at(-1);
  if (before === undefined) return { past, present, future, gesture: null };
  return { past: past.slice(0, -1), present: before, future: [present, ...future], gesture: null };
}

export function redo<T>({ past, present, future }: History<T>): History<T> {
  const [next, ...rest] = future;
  if (next === undefined) return { past, present, future, gesture: null };
  return { past: [...past, present], present: next, future: rest, gesture: null };
}
