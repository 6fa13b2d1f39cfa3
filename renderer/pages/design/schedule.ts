import type { Experiment } from '../../../main/api.ts';
import { budgetWords } from '../../../main/charts/differing.ts';

/** Budget schedules: what the timeline's handles, keys and buttons do to a list of phases. */

/** A budget in maps. */
export type PlannedBudget = number | 'full';

/** The same, or the most bytes a sample in either direction. */
export type WrittenBudget = PlannedBudget | { readonly bytes: number };

export interface PhasePlan {
  readonly budget: WrittenBudget;
  readonly epochs: number;
  /** Number formats of its own. */
  readonly codec?: PhaseFormats | undefined;
}

export type PhaseFormats = NonNullable<Experiment['phases'][number]['codec']>;

/** Phases with all budgets in maps. */
export type SizedSchedule = readonly { readonly budget: PlannedBudget; readonly epochs: number }[];

export type Schedule = readonly PhasePlan[];

export function totalEpochs(phases: Schedule): number {
  return phases.reduce((sum, { epochs }) => sum + epochs, 0);
}

/** Height of a bar between 0 and 1: twice the maps are a step more, all φ of them reach the top. */
export function budgetHeight(budget: PlannedBudget, maps: number): number {
  const doublings = Math.log2(Math.max(1, maps));
  return budget === 'full' ? 1 : Math.min(1, (1 + Math.log2(budget)) / (1 + doublings));
}

/** Budgets that handles and arrow keys stop at: 1, 2, 3, 4, 6, 8, 12 … and all maps. */
export function niceBudgets(maps: number): PlannedBudget[] {
  const powers = Array.from({ length: Math.ceil(Math.log2(Math.max(2, maps))) }, (_, i) => 2 ** i);
  const between = powers.filter((power) => power >= 2).map((power) => 1.5 * power);
  const limited = [...powers, ...between].filter((budget) => budget < maps).sort((a, b) => a - b);
  return [...limited, 'full'];
}

/** The nice budget whose bar ends nearest to a height between 0 and 1. */
export function budgetAt(height: number, maps: number): PlannedBudget {
  const off = (budget: PlannedBudget): number => Math.abs(budgetHeight(budget, maps) - height);
  return niceBudgets(maps).reduce((best, budget) => (off(budget) < off(best) ? budget : best));
}

/** The next nice budget up or down; with `fine` the next whole one. */
export function steppedBudget(
  budget: PlannedBudget,
  direction: 1 | -1,
  maps: number,
  { fine = false } = {},
): PlannedBudget {
  const size = budget === 'full' ? maps : budget;
  if (fine) return capped(size + direction, maps);
  const nice = niceBudgets(maps);
  const sizeOf = (candidate: PlannedBudget): number => (candidate === 'full' ? maps : candidate);
  const next =
    direction === 1
      ? nice.find((candidate) => sizeOf(candidate) > size)
      : nice.findLast((candidate) => sizeOf(candidate) < size);
  return next ?? capped(size, maps);
}

function capped(size: number, maps: number): PlannedBudget {
  return size >= maps ? 'full' : Math.max(1, size);
}

/** Budgets to draw lines at: powers of four, not too near to all maps, and those. */
export function budgetTicks(maps: number): PlannedBudget[] {
  const powers = Array.from({ length: 12 }, (_, i) => 4 ** i);
  return [...powers.filter((size) => size <= maps * 0.6), 'full'];
}

/** Epochs to write below the timeline, fifteen at most: every first, second, fifth, tenth … */
export function epochTicks(across: number): number[] {
  const magnitude = 10 ** Math.max(0, Math.floor(Math.log10(across / 14)));
  const step = [1, 2, 5, 10].map((digit) => digit * magnitude).find((size) => across / size <= 14) ?? 10 * magnitude;
  return Array.from({ length: Math.floor(across / step) + 1 }, (_, i) => i * step);
}

export function withPhase(phases: Schedule, index: number, changes: Partial<PhasePlan>): Schedule {
  return phases.map((phase, i) => (i === index ? { ...phase, ...changes } : phase));
}

/**
 * The end of a phase moved to an epoch of the schedule. What a phase gains its neighbour loses, so that the whole stays
 * as long; the end of the last one makes the whole longer or shorter. Every phase keeps an epoch at least.
 */
export function withEdge(phases: Schedule, index: number, epoch: number): Schedule {
  const start = totalEpochs(phases.slice(0, index));
  const next = phases[index + 1];
  const most = next ? phases[index].epochs + next.epochs - 1 : Infinity;
  const epochs = Math.min(most, Math.max(1, Math.round(epoch) - start));
  const moved = withPhase(phases, index, { epochs });
  return next ? withPhase(moved, index + 1, { epochs: phases[index].epochs + next.epochs - epochs }) : moved;
}

/**
 * One phase more: a step between the two neighbours that are furthest apart, with a budget between theirs, or a phase that
 * goes on to the end of the way where a schedule has none there yet. The same schedule where no budget lies between.
 */
export function withAdded(phases: SizedSchedule, maps: number, { falls }: { readonly falls: boolean }): SizedSchedule {
  const last = phases[phases.length - 1];
  const sizeOf = (budget: PlannedBudget): number => (budget === 'full' ? maps : Math.min(budget, maps));
  if (!falls && sizeOf(last.budget) < maps) return [...phases, { budget: 'full', epochs: last.epochs }];
  if (falls && phases.length === 1) {
    const down = budgetAt(budgetHeight(last.budget, maps) / 2, maps);
    return sizeOf(down) < sizeOf(last.budget) ? [...phases, { budget: down, epochs: last.epochs }] : phases;
  }
  // Before the first phase there is nothing: a single map is the least that can be trained.
  const gaps = phases.map((phase, i) => {
    const before = phases[i - 1]?.budget ?? (falls ? 'full' : 1);
    const between = budgetBetween(before, phase.budget, maps);
    const width = Math.abs(budgetHeight(before, maps) - budgetHeight(phase.budget, maps));
    return { i, between, width: i === 0 && phases.length > 1 ? 0 : width };
  });
  const widest = gaps
    .filter(({ between, width }) => between !== null && width > 0)
    .reduce<(typeof gaps)[number] | null>((best, gap) => (gap.width > (best?.width ?? 0) ? gap : best), null);
  if (!widest || widest.between === null) return phases;
  const { i, between } = widest;
  return [...phases.slice(0, i), { budget: between, epochs: phases[i].epochs }, ...phases.slice(i)];
}

/** The nice budget in the middle of two on the scale of the bars, or a whole one; null where none lies between. */
function budgetBetween(one: PlannedBudget, other: PlannedBudget, maps: number): PlannedBudget | null {
  const [low, high] = [one, other].map((budget) => (budget === 'full' ? maps : budget)).sort((a, b) => a - b);
  const nice = budgetAt((budgetHeight(one, maps) + budgetHeight(other, maps)) / 2, maps);
  const inside = (budget: PlannedBudget): boolean => budget !== 'full' && budget > low && budget < high;
  if (inside(nice)) return nice;
  const middle = Math.round((low + high) / 2);
  return inside(middle) ? middle : null;
}

/** Both halves keep the budget and formats, to be given budgets of their own. A phase of one epoch becomes two of one. */
export function withSplit(phases: Schedule, index: number): Schedule {
  const { epochs, ...rest } = phases[index];
  const first = Math.max(1, Math.ceil(epochs / 2));
  const halves = [
    { ...rest, epochs: first },
    { ...rest, epochs: Math.max(1, epochs - first) },
  ];
  return [...phases.slice(0, index), ...halves, ...phases.slice(index + 1)];
}

export function withoutPhase(phases: Schedule, index: number): Schedule {
  return phases.length === 1 ? phases : phases.filter((_, i) => i !== index);
}

export function withMoved(phases: Schedule, from: number, to: number): Schedule {
  if (to < 0 || to >= phases.length || from === to) return phases;
  const rest = phases.filter((_, i) => i !== from);
  return [...rest.slice(0, to), phases[from], ...rest.slice(to)];
}

/** Where a phase starts and ends, as shares of the whole. */
export function spans(phases: Schedule, whole = totalEpochs(phases)): { readonly from: number; readonly to: number }[] {
  let epochs = 0;
  return phases.map((phase) => {
    const from = epochs / whole;
    epochs += phase.epochs;
    return { from, to: epochs / whole };
  });
}

/** What a user may type for a budget: a whole number of maps, of bytes with a B, or a word for all; null for anything else. */
export function readBudget(text: string): WrittenBudget | null {
  const word = text.trim().toLowerCase();
  const [, bytes] = /^([1-9]\d{0,8}) ?b$/.exec(word) ?? [];
  if (bytes !== undefined) return { bytes: Number(bytes) };
  if (word === 'full' || word === 'all') return 'full';
  return /^[1-9]\d{0,4}$/.test(word) ? Number(word) : null;
}

export function sameBudget(one: WrittenBudget | null, other: WrittenBudget): boolean {
  return one !== null && budgetWords(one) === budgetWords(other);
}
