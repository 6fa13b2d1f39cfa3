import type { TrainingData } from '../data.ts';

/** Which trainings are drawn, by their ids, each with its place in the palette. */
export type Looks = Readonly<Record<string, number>>;

/**
 * The trainings that have a look, in their order. Those of a family that is not whole, or does not look alike, stand
 * for themselves.
 */
export function drawnTrainings(trainings: readonly TrainingData[], looks: Looks): TrainingData[] {
  const families = new Map<string, Set<number | undefined>>();
  for (const { id, family } of trainings) families.set(family, (families.get(family) ?? new Set()).add(looks[id]));
  return trainings
    .filter(({ id }) => looks[id] !== undefined)
    .map((each) => (families.get(each.family)!.size > 1 ? { ...each, family: each.label } : each));
}

/** The place in the palette of a training; without looks families take theirs in the order they come. */
export function lookIndex(trainings: readonly { readonly family: string }[], looks: Looks | undefined) {
  const families = [...new Set(trainings.map(({ family }) => family))];
  return (id: string, family: string): number => looks?.[id] ?? families.indexOf(family);
}
