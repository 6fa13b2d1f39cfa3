import { onScopeDispose, shallowRef, watch, type Ref } from 'vue';

/**
 * How many parts of a page are there: all of `most`, but after `isWaiting` held one more in each task, so that the page
 * answers between them; none while it holds.
 */
export function useTurns(most: number, isWaiting: () => boolean): Readonly<Ref<number>> {
  const turn = shallowRef(0);
  let timer: ReturnType<typeof setTimeout> | undefined;
  function next(): void {
    turn.value++;
    if (turn.value < most) timer = setTimeout(next);
  }
  watch(
    isWaiting,
    (waiting, waited) => {
      clearTimeout(timer);
      turn.value = waiting || waited ? 0 : most;
      if (!waiting && waited) next();
    },
    { immediate: true },
  );
  onScopeDispose(() => clearTimeout(timer));
  return turn;
}
