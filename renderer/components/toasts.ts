import { shallowRef, type ShallowRef } from 'vue';
import { isLabError } from '../../main/wire.ts';

export interface Toast {
  readonly id: number;
  readonly tone: 'info' | 'good' | 'warn' | 'bad';
  readonly text: string;
  readonly action?: { readonly label: string; readonly perform: () => void };
}

const toasts = shallowRef<readonly Toast[]>([]);
let next = 1;

/** Those to be shown now, the oldest first. */
export function shownToasts(): Readonly<ShallowRef<readonly Toast[]>> {
  return toasts;
}

/** Says something in passing. What must be read until the end belongs on the page instead. */
export function toast(tone: Toast['tone'], text: string, action?: Toast['action']): void {
  const same = toasts.value.filter((shown) => shown.text !== text).slice(-3);
  toasts.value = [...same, { id: next++, tone, text, ...(action && { action }) }];
}

export function dismissToast(id: number): void {
  toasts.value = toasts.value.filter((shown) => shown.id !== id);
}

/** Awaits an action of the user and says what went wrong, if something did; resolves to whether it went well. */
export async function attempt(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    // Whoever cancelled it knows.
    if (isLabError(error) && error.code === 'cancelled') return false;
    // What the desktop app rejects with is plain: no Error gets through to the page whole.
    toast('bad', error instanceof Error || isLabError(error) ? error.message : String(error));
    return false;
  }
}
