import type { MethodEntry } from '../../../main/api.ts';
import { totalEpochs, type PlannedBudget, type Schedule } from './schedule.ts';

/** A shape of schedule to begin with; it takes over how many epochs there are. */
export interface Template {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  /** Budgets, one for a part of all φ maps, and how the epochs are shared among them. */
  readonly parts: readonly (readonly [budget: PlannedBudget | PartOfMaps, share: number])[];
}

/** `{ of: 8 }`: an eighth of the maps. */
interface PartOfMaps {
  readonly of: number;
}

const rising: readonly Template[] = [
  {
    name: 'two',
    label: 'deprune, 2 phases',
    hint: '4 maps for two thirds of the epochs, then all: figure 8',
    parts: [
      [4, 2],
      ['full', 1],
    ],
  },
  {
    name: 'three',
    label: 'deprune, 3 phases',
    hint: '4 maps, 32 maps, then all',
    parts: [
      [4, 1],
      [32, 1],
      ['full', 1],
    ],
  },
  {
    name: 'ramp',
    label: 'ramp, 4 phases',
    hint: 'Four times the maps each time: φ/32, φ/8, φ/2, then all',
    parts: [
      [{ of: 32 }, 1],
      [{ of: 8 }, 1],
      [{ of: 2 }, 1],
      ['full', 1],
    ],
  },
];

const falling: readonly Template[] = [
  {
    name: 'falling',
    label: 'all, 32, 4',
    hint: 'The base model for half of the epochs, then two smaller budgets: figure 12',
    parts: [
      ['full', 2],
      [32, 1],
      [4, 1],
    ],
  },
  {
    name: 'halving',
    label: 'all, 32, 8, 2',
    hint: 'A model for each of four budgets',
    parts: [
      ['full', 2],
      [32, 1],
      [8, 1],
      [2, 1],
    ],
  },
];

const single: readonly Template[] = [
  { name: 'full', label: 'full budget', hint: 'All maps throughout', parts: [['full', 1]] },
  { name: 'small', label: '4 maps', hint: '4 maps throughout', parts: [[4, 1]] },
];

/** Templates whose budgets go the way the method wants; of those that few maps make the same, the first. */
export function templatesFor({ order }: Pick<MethodEntry, 'order'>, maps: number): readonly Template[] {
  const all = !order ? single : order.direction === 'rising' ? rising : falling;
  const budgets = all.map(({ parts }) =>
    partsFor(parts, maps)
      .map(([budget]) => budget)
      .join(),
  );
  return all.filter((_, i) => budgets.indexOf(budgets[i]) === i);
}

/**
 * The template with a schedule's number of epochs, or more where each of its phases needs one. Budgets that are all the
 * maps there are, or equal to the one beside them, as happens where there are few maps, make one phase.
 */
export function applied({ parts }: Template, before: Schedule, maps: number): Schedule {
  const budgets = partsFor(parts, maps);
  const whole = Math.max(budgets.length, totalEpochs(before));
  const shares = budgets.reduce((sum, [, share]) => sum + share, 0);
  let given = 0;
  return budgets.map(([budget, share], i) => {
    const left = whole - given - (budgets.length - 1 - i);
    const epochs = i === budgets.length - 1 ? left : Math.min(left, Math.max(1, Math.round((whole * share) / shares)));
    given += epochs;
    return { budget, epochs };
  });
}

/** Budgets and shares for so many maps, no two neighbours alike. */
function partsFor(parts: Template['parts'], maps: number): (readonly [PlannedBudget, number])[] {
  const sized = parts.map(([budget, share]): readonly [PlannedBudget, number] => {
    const size = typeof budget === 'object' ? Math.max(1, Math.round(maps / budget.of)) : budget;
    return [size !== 'full' && size >= maps ? 'full' : size, share];
  });
  return sized.reduce<(readonly [PlannedBudget, number])[]>((kept, [budget, share]) => {
    const last = kept.at(-1);
    return last?.[0] === budget ? [...kept.slice(0, -1), [budget, last[1] + share]] : [...kept, [budget, share]];
  }, []);
}

/** Which template a schedule still is, whatever its epochs. */
export function templateOf(phases: Schedule, method: Pick<MethodEntry, 'order'>, maps: number): Template | undefined {
  return templatesFor(method, maps).find(({ parts }) => {
    const budgets = partsFor(parts, maps);
    return budgets.length === phases.length && budgets.every(([budget], i) => budget === phases[i].budget);
  });
}
