import type { RunStatus, RunSummary } from '../../../main/api.ts';
import { launchText } from '../../components/when.ts';

/** Which runs the table shows; an empty text, status or tag lets all pass. */
export interface RunFilter {
  readonly text: string;
  readonly status: RunStatus | 'active' | '';
  readonly tag: string;
}

export const noFilter: RunFilter = { text: '', status: '', tag: '' };

const activeStatuses: readonly RunStatus[] = ['queued', 'running', 'paused'];

/** The runs that have the status and the tag, and every word of the text somewhere. */
export function filterRuns(runs: readonly RunSummary[], { text, status, tag }: RunFilter): readonly RunSummary[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0 && status === '' && tag === '') return runs;
  return runs.filter(
    (run) =>
      (status === '' || (status === 'active' ? activeStatuses.includes(run.status) : run.status === status)) &&
      (tag === '' || run.tags.includes(tag)) &&
      words.every((word) => textOf(run).includes(word)),
  );
}

/** All words by which a run is found. */
export function textOf({ name, number, group, model, dataset, method, status, tags }: RunSummary): string {
  return [name, `#${number}`, launchText(group), model, dataset, method, status, ...tags].join(' ').toLowerCase();
}

/** All tags there are, by the alphabet. */
export function tagsOf(runs: readonly RunSummary[]): string[] {
  return [...new Set(runs.flatMap(({ tags }) => tags))].sort((a, b) => a.localeCompare(b));
}
