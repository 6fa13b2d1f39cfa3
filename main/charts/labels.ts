/** What may need telling apart: runs, or trainings of runs. */
export interface Named {
  readonly name: string;
  readonly seed: number;
  /** The same for runs that are set the same. */
  readonly settings: string;
  /** Of the run, by which users can call it. */
  readonly number: number;
}

export interface Label {
  /** Unique among all that were named together. */
  readonly label: string;
  /** Shared by those of one name that differ in the seed alone. */
  readonly family: string;
}

/**
 * The name; where several are set the same the seed too, and where that is not enough the run's number. Where the same
 * name stands for different settings, the number of the first run that has them follows it.
 */
export function labelled<T extends Named>(items: readonly T[]): (T & Label)[] {
  const byName = grouped(items, ({ name }) => name);
  const bySettings = grouped(items, setOf);
  return items.map((item) => {
    const { name, seed, number } = item;
    const alike = bySettings.get(setOf(item))!;
    const family = alike.length === byName.get(name)!.length ? name : `${name} (${alike[0].number})`;
    if (alike.length === 1) return { ...item, label: family, family };
    const seeds = new Set(alike.map((other) => other.seed));
    if (seeds.size === alike.length) return { ...item, label: `${family}, seed ${seed}`, family };
    const numbered = `${name} (${number})`;
    return { ...item, label: numbered, family: numbered };
  });
}

function setOf({ name, settings }: Named): string {
  return JSON.stringify([name, settings]);
}

function grouped<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
