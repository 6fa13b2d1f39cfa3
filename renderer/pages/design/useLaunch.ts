import { computed, shallowRef, type ComputedRef, type Ref } from 'vue';
import { useRouter } from 'vue-router';
import type { Examination, ExperimentInput, Problem } from '../../../main/api.ts';
import { isAboutServer } from '../../components/server-access.ts';
import { toast } from '../../components/toasts.ts';
import { failureOf, useLab } from '../../lab/index.ts';
import type { DraftEntry } from '../../stores/draft-document.ts';
import { draftName } from '../../stores/methods.ts';
import { planSeconds } from './predict.ts';
import type { DesignContext } from './useDesign.ts';

/** A problem of one of the experiments. */
export interface FoundProblem extends Problem {
  readonly key: number;
  /** Which experiment it is, where there are several. */
  readonly experiment: string | null;
}

export interface Launch {
  readonly problems: ComputedRef<readonly FoundProblem[]>;
  readonly runs: ComputedRef<number>;
  /** Of all runs; null while not all is known. */
  readonly bytes: ComputedRef<number | null>;
  /** What they would send at full budget. */
  readonly fullBytes: ComputedRef<number | null>;
  readonly seconds: ComputedRef<number | null>;
  readonly ready: ComputedRef<boolean>;
  /** Whether the one that is shown can be launched, whatever is wrong with the others. */
  readonly shownReady: ComputedRef<boolean>;
  readonly busy: Readonly<Ref<boolean>>;
  /** Launches these experiments, all unless given, and goes to where their runs are seen. */
  launch(entries?: readonly DraftEntry[]): Promise<void>;
}

interface Examined extends Sums {
  readonly entry: DraftEntry;
  readonly examination: Examination;
}

/** Of all runs of an experiment, which are many with a sweep; null where not all is known. */
interface Sums {
  readonly runs: number;
  readonly bytes: number | null;
  readonly fullBytes: number | null;
  readonly seconds: number | null;
}

function sumsOf({ input }: DraftEntry, { experiment, design, sweep, search }: Examination): Sums {
  // How much of it is trained the search decides.
  if (search) return { runs: search.points.length, bytes: null, fullBytes: null, seconds: null };
  if (sweep) return { ...sweep, fullBytes: sweep.fullBudgetBytes };
  const runs = (experiment?.seeds ?? input.seeds ?? [1]).length;
  const times = (of: number | null | undefined): number | null => (of === null || of === undefined ? null : runs * of);
  const plan = design?.plan;
  return {
    runs,
    bytes: times(plan && plan.bytesUp + plan.bytesDown),
    fullBytes: times(plan?.fullBudgetBytes),
    seconds: times(plan && planSeconds(plan)),
  };
}

/** What launching the draft means, and doing it. */
export function useLaunch({ draft, server, answers, settled, pending }: DesignContext): Launch {
  const lab = useLab();
  const router = useRouter();
  const busy = shallowRef(false);

  const examined = computed(() =>
    draft.entries.flatMap((entry): Examined[] => {
      const examination = answers.value.get(entry.key)?.examination;
      return examination ? [{ entry, examination, ...sumsOf(entry, examination) }] : [];
    }),
  );
  const problems = computed(() => [
    ...pending.value.map((text) => ({ ...text, key: draft.active.key, experiment: null })),
    ...examined.value.flatMap(({ entry: { key, input }, examination }) =>
      server.problemsOf(examination).map((problem) => ({
        ...problem,
        key,
        experiment: draft.entries.length > 1 ? draftName(input) : null,
      })),
    ),
    ...server.missing.map((problem) => ({ ...problem, key: draft.active.key, experiment: null })),
  ]);
  const complete = computed(() => settled.value && examined.value.length === draft.entries.length);
  const ready = computed(() => complete.value && problems.value.length === 0 && !busy.value);

  /** The sum over all runs, or null where an experiment does not know its own. */
  const sum = (of: (each: Examined) => number | null): number | null => {
    const parts = examined.value.map((each) => of(each));
    if (parts.length < draft.entries.length) return null;
    return parts.reduce<number | null>((total, part) => (total === null || part === null ? null : total + part), 0);
  };

  /** Trials of a search have servers of their own, and one search is enough at a time. */
  function startSearch(input: ExperimentInput, experiments: number, name: string): Promise<string> {
    if (experiments > 1) throw new Error('A search is started by itself: choose its experiment and launch this one.');
    if (server.elsewhere) throw new Error('A search starts servers of its own: choose that in place of one elsewhere.');
    return lab.api.startSearch(input, name);
  }

  return {
    problems,
    ready,
    shownReady: computed(
      () => complete.value && !busy.value && problems.value.every(({ key }) => key !== draft.active.key),
    ),
    busy,
    runs: computed(() => examined.value.reduce((total, { runs }) => total + runs, 0)),
    bytes: computed(() => sum(({ bytes }) => bytes)),
    fullBytes: computed(() => sum(({ fullBytes }) => fullBytes)),
    seconds: computed(() => sum(({ seconds }) => seconds)),
    launch: async (entries = draft.entries) => {
      const [first] = entries;
      if (!first || busy.value) return;
      busy.value = true;
      const name = draft.title || draftName(first.input);
      const inputs = entries.map(({ input }) => input);
      server.form.show(null);
      try {
        const sought = inputs.find(({ search }) => search);
        if (sought) {
          await router.push({ name: 'search', params: { id: await startSearch(sought, inputs.length, name) } });
          busy.value = false;
          return;
        }
        const launched = await lab.api.launch(inputs, name, ...(server.elsewhere ? [server.form.access()] : []));
        const ids = launched.map(({ id }) => id);
        if (inputs.some(({ sweep }) => sweep))
          await router.push({ name: 'launch', params: { group: launched[0].group } });
        else if (ids.length === 1) await router.push({ name: 'run', params: { id: ids[0] } });
        else await router.push({ name: 'compare', query: { runs: ids.join(',') } });
      } catch (error) {
        const failure = failureOf(error);
        if (isAboutServer(failure)) server.form.show(failure);
        else toast('bad', failure.message);
      }
      busy.value = false;
    },
  };
}
