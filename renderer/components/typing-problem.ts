import { inject, provide, ref, type InjectionKey, type Ref } from 'vue';

const typingProblem: InjectionKey<Ref<string | null>> = Symbol('typing problem');

/** A place for what the controls within say of a text that they cannot take. */
export function provideTypingProblem(): Ref<string | null> {
  const problem = ref<string | null>(null);
  provide(typingProblem, problem);
  return problem;
}

/** Where a control says what it expects instead of what is typed into it; null while all is well. */
export function useTypingProblem(): Ref<string | null> {
  return inject(typingProblem, () => ref(null), true);
}
