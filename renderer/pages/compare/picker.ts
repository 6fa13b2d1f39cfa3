import type { RunSummary } from '../../../main/api.ts';

/** The ids of those chosen, as they were made: the order in which comparisons list them. */
export function inOrderMade(runs: readonly RunSummary[], chosen: ReadonlySet<string>): string[] {
  return runs
    .filter(({ id }) => chosen.has(id))
    .sort((a, b) => a.createdAt - b.createdAt || a.number - b.number)
    .map(({ id }) => id);
}

/** What was launched together, the newest first. */
export function groupsOf(runs: readonly RunSummary[]): string[] {
  return [...new Set(runs.map(({ group }) => group))];
}
