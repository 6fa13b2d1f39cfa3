import { bytesBy, usualLevel } from '../achievement.ts';
import type { TrainingData } from '../data.ts';
import type { Looks } from '../drawable/looks.ts';
import { againstScratch, type AgainstScratch } from './against-scratch.ts';
import { measures, type MeasureName, type Questions } from './measures.ts';
import { spreadOf, type Spread } from './spread.ts';

/** What one training achieved and what it cost, or what the seeds of an experiment did on average. */
export interface Result {
  /** Of the first training. */
  readonly id: string;
  readonly run: string;
  readonly family: string;
  readonly label: string;
  readonly look: number;
  /** Of the pair it led to; null is full. */
  readonly budget: number | null;
  readonly trainings: readonly TrainingData[];
  /** null before its first finished epoch. */
  readonly values: Readonly<Record<MeasureName, Spread | null>>;
  /** How many times its bytes to the accuracy asked for go into those of the baseline; null when not all got there. */
  readonly saving: number | null;
  /** Of what went on from the pair before it, where the same was trained from scratch as well. */
  readonly scratch: AgainstScratch | null;
}

/** The results of trainings as they are drawn: one for each family. */
export function resultsOf(
  trainings: readonly TrainingData[],
  looks: Looks,
  questions: Questions,
  baseline: string | null,
): Result[] {
  const families = familiesOf(trainings);
  const results = families.map((members) => resultOf(members, looks, questions));
  const base = baselineOf(results, baseline);
  return results.map((result) => ({
    ...result,
    // What went on from the pair before it owes a part of its accuracy to bytes that are not its own.
    saving: result.trainings.some(({ start }) => start.epoch > 0) ? null : saving(base, result),
    scratch: againstScratch(result.trainings, families),
  }));
}

function familiesOf(trainings: readonly TrainingData[]): TrainingData[][] {
  const families = new Map<string, TrainingData[]>();
  for (const each of trainings) {
    const family = families.get(each.family);
    if (family) family.push(each);
    else families.set(each.family, [each]);
  }
  return [...families.values()];
}

type OfItself = Omit<Result, 'saving' | 'scratch'>;

function resultOf(members: readonly TrainingData[], looks: Looks, questions: Questions): OfItself {
  const [{ id, run, family, budget }] = members;
  const valueOf = ({ of }: (typeof measures)[number]): Spread | null =>
    spreadOf(members.map(({ epochs }) => (epochs.length === 0 ? null : of(epochs, questions))));
  const values = Object.fromEntries(measures.map((measure) => [measure.name, valueOf(measure)])) as Result['values'];
  return { id, run, family, label: family, look: looks[id] ?? 0, budget, trainings: members, values };
}

/** What the others are measured by: the one chosen, or else the one that sends most. */
export function baselineOf<T extends Priced<'total'>>(results: readonly T[], chosen: string | null): T | null {
  const found = results.find(({ trainings }) => trainings.some(({ id }) => id === chosen));
  const sent = (result: T): number => result.values.total?.mean ?? -1;
  return found ?? results.reduce<T | null>((most, each) => (most && sent(most) >= sent(each) ? most : each), null);
}

interface Priced<Name extends MeasureName> extends Pick<Result, 'trainings'> {
  readonly values: Readonly<Record<Name, Spread | null>>;
}

function saving(base: Priced<'price'> | null, { values: { price } }: Priced<'price'>): number | null {
  const most = base?.values.price ?? null;
  const isWhole = (spread: Spread | null): spread is Spread => spread !== null && spread.count === spread.of;
  return isWhole(most) && isWhole(price) && price.mean > 0 ? most.mean / price.mean : null;
}

/**
 * What is asked before the user does: the bytes that all have sent, and nearly the accuracy that the baseline ended
 * with, but no less than `least`: whoever learned little does not decide what is asked of the others.
 */
export function usualQuestions(trainings: readonly TrainingData[], chosen: string | null, least = 0): Questions {
  const begun = trainings.filter(({ epochs }) => epochs.length > 0);
  if (begun.length === 0) return { bytes: 0, reach: least };
  const base = baselineOf(familiesOf(begun).map(sentBy), chosen);
  return {
    bytes: Math.min(...begun.map(({ epochs }) => bytesBy(epochs.at(-1)))),
    reach: Math.max(least, usualLevel(base?.trainings.map(({ epochs }) => epochs) ?? []) ?? 0),
  };
}

function sentBy(trainings: readonly TrainingData[]): Priced<'total'> {
  return { trainings, values: { total: spreadOf(trainings.map(({ epochs }) => bytesBy(epochs.at(-1)))) } };
}

/** `4.3× fewer`, `1.8× more`, `the same`. */
export function formatSaving(saving: number | null): string {
  if (saving === null) return '–';
  const factor = saving < 1 ? 1 / saving : saving;
  const text = factor.toFixed(factor < 9.95 ? 1 : 0);
  return text === '1.0' ? 'the same' : `${text}× ${saving < 1 ? 'more' : 'fewer'}`;
}
