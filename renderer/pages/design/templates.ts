import type { MethodEntry } from '../../../main/api.ts';
import { totalEpochs, type PlannedBudget, type Schedule } from './schedule.ts';

/** A shape of schedule to begin with; it takes over how many epochs there are. */
export interface Template {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  /** Budgets and how the epochs are shared among them. */
  readonly parts: readonly (readonly [budget: PlannedBudget, share: number])[];
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

/** Templates whose budgets go the way the method wants. */
export function templatesFor({ order }: Pick<MethodEntry, 'order'>): readonly Template[] {
  if (!order) return single;
  return order.direction === 'rising' ? rising : falling;
}

/** The template with a schedule's number of epochs, or more where each of its phases needs one. */
export function applied({ parts }: Template, before: Schedule): Schedule {
  const whole = Math.max(parts.length, totalEpochs(before));
  const shares = parts.reduce((sum, [, share]) => sum + share, 0);
  let given = 0;
  return parts.map(([budget, share], i) => {
    const left = whole - given - (parts.length - 1 - i);
    const epochs = i === parts.length - 1 ? left : Math.min(left, Math.max(1, Math.round((whole * share) / shares)));
    given += epochs;
    return { budget, epochs };
  });
}

/** Which template a schedule still is, whatever its epochs. */
export function templateOf(phases: Schedule, method: Pick<MethodEntry, 'order'>): Template | undefined {
  return templatesFor(method).find(
    ({ parts }) => parts.length === phases.length && parts.every(([budget], i) => budget === phases[i].budget),
  );
}
