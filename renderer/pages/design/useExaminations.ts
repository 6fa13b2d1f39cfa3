import { watchDebounced } from '@vueuse/core';
import { computed, onScopeDispose, shallowRef, type ComputedRef, type Ref } from 'vue';
import type { Examination, ExperimentInput } from '../../../main/api.ts';
import { useLab } from '../../lab/index.ts';
import type { DraftEntry } from '../../stores/draft-document.ts';

/** What the lab found in an experiment as it was then. */
export interface Answer {
  readonly input: ExperimentInput;
  readonly examination: Examination;
}

export interface Examinations {
  /** The newest answer for each entry, by its key; of an older input while a newer one is on the way. */
  readonly answers: Readonly<Ref<ReadonlyMap<number, Answer>>>;
  /** Whether every answer is of the experiment as it stands. */
  readonly settled: ComputedRef<boolean>;
}

const quietMs = 120;
const longestMs = 400;

/** Has the lab examine experiments as they are being designed, each again when it has changed. */
export function useExaminations(entries: Readonly<Ref<readonly DraftEntry[]>>): Examinations {
  const lab = useLab();
  const answers = shallowRef<ReadonlyMap<number, Answer>>(new Map());

  const isAnswered = ({ key, input }: DraftEntry): boolean => answers.value.get(key)?.input === input;

  async function ask({ key, input }: DraftEntry): Promise<void> {
    // Without an answer the page waits; when the lab is back everything is asked again.
    const examination = await lab.api.examine(input).catch(() => null);
    const current = entries.value.find((entry) => entry.key === key);
    if (examination && current?.input === input) {
      const kept = [...answers.value].filter(([other]) => entries.value.some((entry) => entry.key === other));
      answers.value = new Map([...kept, [key, { input, examination }]]);
    }
  }

  const askOpen = (): void => entries.value.filter((entry) => !isAnswered(entry)).forEach((entry) => void ask(entry));
  const askAll = (): void => entries.value.forEach((entry) => void ask(entry));

  watchDebounced(entries, askOpen, { debounce: quietMs, maxWait: longestMs });
  onScopeDispose(lab.onReady(askAll));
  // A data set that has just come, or gone, changes what is right.
  onScopeDispose(lab.on('dataTask', ({ status }) => status === 'done' && askAll()));
  onScopeDispose(lab.on('settings', askAll));
  onScopeDispose(lab.on('planTimes', askAll));

  return { answers, settled: computed(() => entries.value.every(isAnswered)) };
}
