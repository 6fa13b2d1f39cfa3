import type { RunSummary } from '../../api/runs.ts';
import { columnNamed } from '../columns.ts';
import type { Match } from './match.ts';
import { parse, Unreadable, type Awaited } from './parse.ts';

/** What a filter says, or why it says nothing. */
export type Filter =
  | { readonly match: Match; readonly speaksOf: (column: string) => boolean; readonly problem: null }
  | { readonly problem: FilterProblem };

export interface FilterProblem {
  /** In words, with the place counted from 1. */
  readonly text: string;
  /** The characters at fault, from 0; after the last one where something is missing. */
  readonly at: number;
  readonly end: number;
  readonly awaited: Awaited;
}

/** Reads a filter, which never throws. An empty one lets every run pass. */
export function readFilter(text: string): Filter {
  try {
    const { match, columns } = parse(text);
    return { match, speaksOf: (name) => columns.has(columnNamed(name)!), problem: null };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const { at, end, awaited, message } = error;
    return {
      problem: { text: `Position ${at + 1}: ${message}.`.replace(/\.\.$|\?\.$/, (end) => end[0]), at, end, awaited },
    };
  }
}

/** Where filters that say nothing of it look: null is every project. */
export interface Scope {
  readonly project: string | null;
}

export interface Found {
  readonly runs: readonly RunSummary[];
  /** Those that would fit, but are archived. */
  readonly archived: number;
  /** Those that would fit, but belong to another project. */
  readonly elsewhere: number;
}

/** The runs that fit a filter. Archived ones and those of other projects only where it speaks of that itself. */
export function filterRuns(runs: readonly RunSummary[], filter: Filter, { project }: Scope): Found {
  if (filter.problem) return { runs: [], archived: 0, elsewhere: 0 };
  const { match, speaksOf } = filter;
  const [anyProject, anyArchived] = [project === null || speaksOf('project'), speaksOf('archived')];
  const found: RunSummary[] = [];
  let [archived, elsewhere] = [0, 0];
  for (const run of runs) {
    if (!match(run)) continue;
    if (!anyProject && run.project !== project) elsewhere++;
    else if (!anyArchived && run.archived) archived++;
    else found.push(run);
  }
  return { runs: found, archived, elsewhere };
}
