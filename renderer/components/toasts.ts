import { shallowRef, type ShallowRef } from 'vue';
import { isLabError } from '../../main/wire.ts';

export interface Toast {
  readonly id: number;
  readonly tone: 'info' | 'good' | 'warn' | 'bad';
  readonly text: string;
  readonly action?: { readonly label: string; readonly perform: () => void };
  readonly many?: Many;
  /** Messages that it stands for. */
  readonly count: number;
}

/** Messages that come by the dozen: while one of a kind is shown, the next is counted in it. */
interface Many {
  readonly kind: string;
  readonly text: (count: number) => string;
  readonly action?: Toast['action'];
}

const toasts = shallowRef<readonly Toast[]>([]);
const timers = new Map<number, ReturnType<typeof setTimeout>>();
let next = 1;

/** More would reach from the head of the page into what stands below it. */
const mostShown = 2;
/** Errors stay longer. */
const shownMs = (tone: Toast['tone']): number => (tone === 'bad' ? 12_000 : 6000);

/** Those to be shown now, the oldest first. */
export function shownToasts(): Readonly<ShallowRef<readonly Toast[]>> {
  return toasts;
}

/** Says something in passing, and takes it away. What must be read until the end belongs on the page instead. */
export function toast(tone: Toast['tone'], text: string, action?: Toast['action'], many?: Many): void {
  if (many && countIn(many)) return;
  const id = next++;
  const others = toasts.value.filter((shown) => shown.text !== text);
  for (const { id: old } of [
    ...toasts.value.filter((shown) => shown.text === text),
    ...others.slice(0, 1 - mostShown),
  ]) {
    dismissToast(old);
  }
  toasts.value = [...toasts.value, { id, tone, text, count: 1, ...(action && { action }), ...(many && { many }) }];
  releaseToast(id);
}

/** Whether one of the kind is shown: it stays no longer for that. */
function countIn({ kind, text, action }: Many): boolean {
  const shown = toasts.value.find(({ many }) => many?.kind === kind);
  if (!shown) return false;
  const count = shown.count + 1;
  const { id, tone, many } = shown;
  const counted: Toast = { id, tone, count, text: text(count), ...(many && { many }), ...(action && { action }) };
  toasts.value = toasts.value.map((each) => (each === shown ? counted : each));
  return true;
}

/** Keeps one for as long as somebody is at it. */
export function holdToast(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
}

/** Takes one away in its time. */
export function releaseToast(id: number): void {
  const shown = toasts.value.find((each) => each.id === id);
  if (!shown) return;
  holdToast(id);
  timers.set(
    id,
    setTimeout(() => dismissToast(id), shownMs(shown.tone)),
  );
}

export function dismissToast(id: number): void {
  holdToast(id);
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
