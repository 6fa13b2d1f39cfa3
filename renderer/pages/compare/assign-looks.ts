import type { TrainingData } from '../../../main/charts/data.ts';
import type { Looks } from '../../../main/charts/drawable/looks.ts';

/** Looks that differ in their colour; those beyond begin again with other dashes. */
export const colourCount = 7;

/**
 * A look for every training. What it had before (`kept`) stays unless another has it; the others get the first that is
 * free. Together, the seeds of a family look like its first; apart, each has a look of its own and the first keeps it.
 */
export function assignLooks(
  trainings: readonly Pick<TrainingData, 'id' | 'family'>[],
  together: boolean,
  kept: Looks,
): Looks {
  const first = new Map<string, string>();
  for (const { id, family } of trainings) if (!first.has(family)) first.set(family, id);
  const leaders = [...first.values()];
  const others = together ? [] : trainings.map(({ id }) => id).filter((id) => !leaders.includes(id));
  const looks = new Map<string, number>();
  const taken = new Set<number>();
  const give = (id: string, look: number): void => {
    looks.set(id, look);
    taken.add(look);
  };
  // The leaders choose first, so that they look the same whether seeds are together or apart.
  for (const ids of [leaders, others]) {
    const claims = ids.filter((id) => Object.hasOwn(kept, id));
    for (const id of claims) if (!taken.has(kept[id])) give(id, kept[id]);
    let next = 0;
    for (const id of ids) {
      if (looks.has(id)) continue;
      while (taken.has(next)) next++;
      give(id, next);
    }
  }
  return Object.fromEntries(trainings.map(({ id, family }) => [id, looks.get(id) ?? looks.get(first.get(family)!)!]));
}

/** The first look of a colour that no other has. */
export function lookOfColour(colour: number, looks: Looks, own: string): number {
  const taken = new Set(Object.entries(looks).flatMap(([id, look]) => (id === own ? [] : [look])));
  let look = colour;
  while (taken.has(look)) look += colourCount;
  return look;
}
