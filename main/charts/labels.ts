/** What may need telling apart: runs, or trainings of runs. */
export interface Named {
  readonly name: string;
  readonly seed: number;
  /** Of the run, by which users can call it. */
  readonly number: number;
}

export interface Label {
  /** Unique among all that were named together. */
  readonly label: string;
  /** Shared by those that differ in the seed alone. */
  readonly family: string;
}

/** The name; where that is not enough the seed too, and where that is not either the run's number. */
export function labelled<T extends Named>(items: readonly T[]): (T & Label)[] {
  const byName = new Map<string, T[]>();
  for (const item of items) byName.set(item.name, [...(byName.get(item.name) ?? []), item]);
  return items.map((item) => {
    const { name, seed, number } = item;
    const alike = byName.get(name) ?? [];
    if (alike.length === 1) return { ...item, label: name, family: name };
    const seeds = new Set(alike.map((other) => other.seed));
    if (seeds.size === alike.length) return { ...item, label: `${name}, seed ${seed}`, family: name };
    const numbered = `${name} (${number})`;
    return { ...item, label: numbered, family: numbered };
  });
}
