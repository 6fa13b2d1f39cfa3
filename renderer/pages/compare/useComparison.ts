import { useLocalStorage } from '@vueuse/core';
import { computed, shallowRef, watch, type ComputedRef, type Ref } from 'vue';
import type { ComparedRun, RunSummary } from '../../../main/api.ts';
import { leastLevel } from '../../../main/charts/achievement.ts';
import type { TrainingData } from '../../../main/charts/data.ts';
import { differingSettings, type DifferingSetting } from '../../../main/charts/differing.ts';
import { drawnTrainings, type Looks } from '../../../main/charts/drawable/looks.ts';
import { sortRows, type Sorting } from '../../components/table.ts';
import { useRuns } from '../../stores/runs.ts';
import { assignLooks, colourCount, lookOfColour } from './assign-looks.ts';
import { claimsOf, type Claim } from '../../../main/charts/comparison/claims.ts';
import type { Questions } from '../../../main/charts/comparison/measures.ts';
import { baselineOf, resultsOf, usualQuestions, type Result } from '../../../main/charts/comparison/results.ts';
import { mostLines, needsSteps } from './legible.ts';
import { lineColumns } from './line-columns.ts';
import { useCompared, type Compared } from './useCompared.ts';
import { useView, type ViewState } from './useView.ts';

/** What lines a comparison has: a training each, or the seeds of an experiment together. */
export interface ComparedLine {
  /** Of the first training. */
  readonly id: string;
  readonly label: string;
  readonly look: number;
  readonly trainings: readonly TrainingData[];
  /** As the lab lists them now. */
  readonly runs: readonly RunSummary[];
}

export interface Comparison extends ViewState, Compared {
  /** Every line, hidden or not. */
  readonly lines: ComputedRef<readonly ComparedLine[]>;
  /** Ids of the lines that are drawn. */
  readonly shown: ComputedRef<ReadonlySet<string>>;
  show(lines: ReadonlySet<string>): void;
  /** Those of the lines that are shown. */
  readonly shownTrainings: ComputedRef<readonly TrainingData[]>;
  readonly shownLooks: ComputedRef<Looks>;
  /** Those shown, but for what is not brushed. */
  readonly drawn: ComputedRef<readonly TrainingData[]>;
  /** Their lines, in the order of the list, and the trainings of as many of these as charts over an axis draw. */
  readonly drawnLines: ComputedRef<readonly ComparedLine[]>;
  readonly charted: ComputedRef<readonly TrainingData[]>;
  /** How the list of lines is sorted; in the order of the runs while it is null. */
  readonly sorting: Ref<Sorting | null>;
  readonly looks: ComputedRef<Looks>;
  recolour(line: string, colour: number): void;
  readonly questions: ComputedRef<Questions>;
  /** The least accuracy whose price can be asked; null where nobody knows how many classes there are. */
  readonly least: ComputedRef<number | null>;
  /** Of the lines that are shown, and of these what is brushed. */
  readonly shownResults: ComputedRef<readonly Result[]>;
  readonly results: ComputedRef<readonly Result[]>;
  readonly baseline: ComputedRef<Result | null>;
  /** What the lines that are shown come to, in sentences. */
  readonly claims: ComputedRef<readonly Claim[]>;
  /** Whether a run trained some of the lines one after another. */
  readonly takesTurns: ComputedRef<boolean>;
  /** In which the runs of the lines differ. */
  readonly differences: ComputedRef<readonly DifferingSetting[]>;
  readonly differingRuns: ComputedRef<readonly ComparedRun[]>;
  /** Ids of the lines that pass through what is brushed; null while nothing is. */
  readonly brushed: Ref<ReadonlySet<string> | null>;
}

/** All that the Compare page shows and lets one change. */
export function useComparison(): Comparison {
  const state = useView();
  const { view } = state;
  const summaries = useRuns();
  /** Of which runs the charts need the steps: set once it is known what they draw. */
  const stepRuns = shallowRef<readonly string[]>([]);
  const compared = useCompared(() => view.value.runs, stepRuns);
  const { trainings, runs } = compared;
  const kept = useLocalStorage<Record<string, number>>('sluice.compare.looks', {});

  const allLooks = computed(() => assignLooks(trainings.value, view.value.together, kept.value));
  // A training keeps its colour from one comparison to the next.
  watch(allLooks, (looks) => {
    const clear = Object.entries(looks).filter(([id, look]) => look < colourCount && kept.value[id] === undefined);
    if (clear.length > 0) kept.value = remembered(kept.value, Object.fromEntries(clear));
  });

  const sorting = shallowRef<Sorting | null>(null);
  const lines = computed(() => linesOf(trainings.value, allLooks.value, summaries.byId));
  const shown = computed(() => {
    const hidden = new Set(view.value.hidden);
    return new Set(lines.value.filter((line) => !line.trainings.some(({ id }) => hidden.has(id))).map(({ id }) => id));
  });
  const looksOf = (ids: ReadonlySet<string>): Looks =>
    Object.fromEntries(
      lines.value
        .filter(({ id }) => ids.has(id))
        .flatMap((line) => line.trainings.map(({ id }) => [id, allLooks.value[id]])),
    );
  const shownLooks = computed(() => looksOf(shown.value));
  const shownTrainings = computed(() => drawnTrainings(trainings.value, shownLooks.value));
  const least = computed(() => leastLevel(runs.value.map(({ classes }) => classes)));
  const questions = computed<Questions>(() => {
    const usual = usualQuestions(shownTrainings.value, view.value.baseline, least.value ?? 0);
    return {
      bytes: view.value.bytes ?? usual.bytes,
      reach: Math.max(least.value ?? 0, view.value.reach ?? usual.reach),
    };
  });
  const shownResults = computed(() =>
    resultsOf(shownTrainings.value, shownLooks.value, questions.value, view.value.baseline),
  );
  const differingRuns = computed(() => {
    const leaders = new Set(shownResults.value.map(({ run }) => run));
    return runs.value.filter(({ id }) => leaders.has(id));
  });

  const brushed = shallowRef<ReadonlySet<string> | null>(null);
  const drawnLines = computed(() =>
    sortRows(lines.value, lineColumns, sorting.value).filter(({ id }) => (brushed.value ?? shown.value).has(id)),
  );
  const charted = computed(() => drawnLines.value.slice(0, mostLines));
  watch(
    () => {
      const { charts, x } = view.value;
      if (!needsSteps(charts, x)) return '';
      return [...new Set(charted.value.flatMap(({ trainings }) => trainings.map(({ run }) => run)))].join();
    },
    (ids) => (stepRuns.value = ids.split(',').filter(Boolean)),
    { immediate: true },
  );
  const looks = computed(() => (brushed.value ? looksOf(brushed.value) : shownLooks.value));

  return {
    ...state,
    ...compared,
    lines,
    shown,
    show: (now) => {
      const hidden = lines.value.filter(({ id }) => !now.has(id)).flatMap((line) => line.trainings.map(({ id }) => id));
      state.change({ hidden });
    },
    drawn: computed(() => (brushed.value ? drawnTrainings(trainings.value, looks.value) : shownTrainings.value)),
    drawnLines,
    charted: computed(() => {
      const ids = new Set(charted.value.flatMap(({ trainings }) => trainings.map(({ id }) => id)));
      return drawnTrainings(trainings.value, looks.value).filter(({ id }) => ids.has(id));
    }),
    sorting,
    looks,
    recolour: (line, colour) => {
      kept.value = remembered(kept.value, { [line]: lookOfColour(colour, allLooks.value, line) });
    },
    questions,
    least,
    shownTrainings,
    shownLooks,
    shownResults,
    results: computed(() => shownResults.value.filter(({ id }) => !brushed.value || brushed.value.has(id))),
    claims: computed(() => claimsOf(shownResults.value, questions.value, view.value.baseline)),
    takesTurns: computed(() => shownTrainings.value.some(({ start }) => start.epoch > 0)),
    baseline: computed(() => baselineOf(shownResults.value, view.value.baseline)),
    differences: computed(() => differingSettings(differingRuns.value.map(({ experiment }) => experiment))),
    differingRuns,
    brushed,
  };
}

const mostRemembered = 1000;

/** With those of other comparisons, of which the oldest are forgotten. */
function remembered(before: Looks, now: Looks): Record<string, number> {
  const others = Object.entries(before).filter(([id]) => !Object.hasOwn(now, id));
  return Object.fromEntries([...others, ...Object.entries(now)].slice(-mostRemembered));
}

function linesOf(
  trainings: readonly TrainingData[],
  looks: Looks,
  summaries: ReadonlyMap<string, RunSummary>,
): ComparedLine[] {
  const families = new Map<string, TrainingData[]>();
  for (const each of drawnTrainings(trainings, looks)) {
    families.set(each.family, [...(families.get(each.family) ?? []), each]);
  }
  return [...families].map(([label, members]) => ({
    id: members[0].id,
    label,
    look: looks[members[0].id],
    trainings: members,
    runs: members.flatMap(({ run }) => summaries.get(run) ?? []),
  }));
}
