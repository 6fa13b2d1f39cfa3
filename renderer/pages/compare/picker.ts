import type { RunSummary } from '../../../main/api.ts';
import { filterRuns, textOf, type RunFilter } from '../home/filter.ts';

export interface PickerFilter extends RunFilter {
  /** Whether the text is a regular expression. */
  readonly regex: boolean;
  readonly group: string;
}

export const noPickerFilter: PickerFilter = { text: '', status: '', tag: '', regex: false, group: '' };

/** The runs to choose from, and what is wrong with the text where it is no regular expression: then it filters nothing. */
export function pickRuns(
  runs: readonly RunSummary[],
  filter: PickerFilter,
): { readonly runs: readonly RunSummary[]; readonly problem: string | null } {
  const { text, regex, group } = filter;
  const inGroup = group === '' ? runs : runs.filter((run) => run.group === group);
  if (!regex) return { runs: filterRuns(inGroup, filter), problem: null };
  const rest = filterRuns(inGroup, { ...filter, text: '' });
  const pattern = readPattern(text);
  if (!(pattern instanceof RegExp)) return { runs: rest, problem: pattern };
  return { runs: rest.filter((run) => pattern.test(textOf(run))), problem: null };
}

function readPattern(text: string): RegExp | string {
  try {
    return new RegExp(text, 'i');
  } catch (error) {
    return (error as Error).message.replace(/^Invalid regular expression: /, '');
  }
}

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
