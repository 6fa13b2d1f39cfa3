import type { LabState, Procedures } from '../lab-state.ts';
import { shutOutBrowsers } from './serve-lab.ts';
import { browserSessions } from './sessions.ts';

/** Procedures about the browsers that were let in, as a window asks that is in the one of this id, or in none. */
export function browserProcedures(
  { home }: LabState,
  own: string | undefined,
): Procedures<'browsers' | 'shutOutBrowser'> {
  return {
    browsers: () =>
      browserSessions(home)
        .list()
        .map((browser) => ({ ...browser, here: browser.id === own })),
    shutOutBrowser: (id) => shutOutBrowsers(home, id),
  };
}
