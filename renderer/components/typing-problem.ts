import {
  computed,
  inject,
  onScopeDispose,
  provide,
  ref,
  shallowReactive,
  watch,
  type ComputedRef,
  type InjectionKey,
  type Ref,
} from 'vue';

/** What is typed into a control and cannot be taken, so that it is not part of what the page would act on. */
export interface PendingText {
  /** Of the field that it is typed into. */
  readonly path: string;
  readonly text: string;
}

const typingProblems: InjectionKey<Map<symbol, string>> = Symbol('typing problems');
const pendingTexts: InjectionKey<Map<symbol, PendingText>> = Symbol('pending texts');

/** Gathers what is pending in all controls of a page. */
export function providePendingTexts(): ComputedRef<readonly PendingText[]> {
  const all = shallowReactive(new Map<symbol, PendingText>());
  provide(pendingTexts, all);
  return computed(() => [...all.values()]);
}

/** Tells the page of what a control cannot take; null while all is well. */
export function usePendingText(path: () => string, problem: () => string | null): void {
  enterInto(inject(pendingTexts, null), () => {
    const text = problem();
    return text === null ? null : { path: path(), text };
  });
}

/** What the controls within say of a text that they cannot take, the first of them; `path` is that of their field. */
export function provideTypingProblem(path: () => string = () => ''): ComputedRef<string | null> {
  const all = shallowReactive(new Map<symbol, string>());
  provide(typingProblems, all);
  const problem = computed(() => [...all.values()][0] ?? null);
  usePendingText(path, () => problem.value);
  return problem;
}

/** Where a control says what it expects instead of what is typed into it; null while all is well. */
export function useTypingProblem(): Ref<string | null> {
  const problem = ref<string | null>(null);
  enterInto(inject(typingProblems, null), () => problem.value);
  return problem;
}

/** Keeps a value among others for as long as there is one, and the component that has it. */
function enterInto<T>(all: Map<symbol, T> | null, value: () => T | null): void {
  if (!all) return;
  const key = Symbol('entry');
  watch(value, (now) => (now === null ? all.delete(key) : all.set(key, now)), { flush: 'sync' });
  onScopeDispose(() => all.delete(key));
}
