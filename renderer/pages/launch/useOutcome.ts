import { onScopeDispose, shallowRef, watch, type Ref } from 'vue';
import type { LaunchOutcome, RunSummary } from '../../../main/api.ts';
import { failureOf, useLab } from '../../lab/index.ts';

export interface Outcome {
  /** Of the runs as they were when the last of them ended. */
  readonly outcome: Readonly<Ref<LaunchOutcome | null>>;
  readonly error: Readonly<Ref<string | null>>;
}

/** What the runs of a launch differ in and what that did, asked again when runs come, go or end. */
export function useOutcome(group: () => string, runs: () => readonly RunSummary[]): Outcome {
  const lab = useLab();
  const outcome = shallowRef<LaunchOutcome | null>(null);
  const error = shallowRef<string | null>(null);
  let newest = 0;

  async function ask(): Promise<void> {
    const mine = ++newest;
    try {
      const answer = await lab.api.launched(group());
      if (mine !== newest) return;
      outcome.value = answer;
      error.value = null;
    } catch (failure) {
      if (mine === newest) error.value = failureOf(failure).message;
    }
  }

  const ended = (): string =>
    runs()
      .map(({ id, endedAt }) => `${id} ${endedAt}`)
      .join();
  watch([group, ended], () => void ask());
  onScopeDispose(lab.onReady(() => void ask()));
  return { outcome, error };
}
