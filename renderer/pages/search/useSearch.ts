import { watchThrottled } from '@vueuse/core';
import { onScopeDispose, shallowRef, watch, type Ref } from 'vue';
import type { SearchOutcome } from '../../../main/api.ts';
import { noSteps, type TrainingData } from '../../../main/charts/data.ts';
import { trainingsOf } from '../../../main/charts/trainings.ts';
import { failureOf, useLab } from '../../lab/index.ts';
import { useRuns } from '../../stores/runs.ts';
import { runData } from '../run/run-lines.ts';

export interface FoundSearch {
  readonly outcome: Readonly<Ref<SearchOutcome | null>>;
  /** Of its trials as wholes, called by the numbers of their runs. */
  readonly trainings: Readonly<Ref<readonly TrainingData[]>>;
  readonly error: Readonly<Ref<string | null>>;
  /** To be called when something was asked of it. */
  ask(): Promise<void>;
}

const pauseMs = 1000;

/** What a search has found, asked again whenever its runs have come further. */
export function useSearch(id: () => string): FoundSearch {
  const lab = useLab();
  const runs = useRuns();
  const outcome = shallowRef<SearchOutcome | null>(null);
  const trainings = shallowRef<readonly TrainingData[]>([]);
  const error = shallowRef<string | null>(null);
  let newest = 0;

  async function ask(): Promise<void> {
    const mine = ++newest;
    try {
      const found = await lab.api.search(id());
      const compared = await lab.api.compared(found.trials.flatMap(({ run }) => run ?? []));
      if (mine !== newest) return;
      outcome.value = found;
      trainings.value = trainingsOf(
        compared.map((run) =>
          runData({ ...run, name: `run ${run.number}` }, { steps: { columns: noSteps }, epochs: run.epochs }),
        ),
        'all',
        'wholes',
      );
      error.value = null;
    } catch (failure) {
      if (mine === newest) error.value = failureOf(failure).message;
    }
  }

  const progress = (): string =>
    runs.all
      .filter(({ group }) => group === id())
      .map((run) => `${run.id} ${run.status} ${run.epochsDone}`)
      .join();
  watch(id, () => void ask());
  watchThrottled(progress, () => void ask(), { throttle: pauseMs, trailing: true });
  onScopeDispose(lab.onReady(() => void ask()));
  return { outcome, trainings, error, ask };
}
