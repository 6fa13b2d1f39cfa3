import type { ExperimentInput } from '../../api.ts';
import { planSearch } from '../../runs/search/search.ts';
import { launchName } from '../../runs/store/select.ts';
import { withSettings } from '../design/experiments.ts';
import type { LabState, Procedures } from '../lab-state.ts';
import { entryOf, outcomeOfSearch, planOfSearch } from './outcome.ts';

type Names = 'planSearch' | 'startSearch' | 'searches' | 'search' | 'controlSearch' | 'deleteSearch';

/** Procedures about searches for the best settings. */
export function searchProcedures({ store, settings, searches, changed }: LabState): Procedures<Names> {
  const meant = (input: ExperimentInput): ExperimentInput => withSettings(input, settings.current);
  return {
    planSearch: (input) => planOfSearch(planSearch(meant(input))),
    startSearch: (input, name) => {
      const experiment = meant(input);
      planSearch(experiment);
      const { project } = settings.current;
      const { id } = store.addSearch({ id: launchName(name), project, experiment, inLab: true });
      changed();
      return id;
    },
    searches: () => store.searches().reverse().map(entryOf),
    search: (id) => {
      const row = store.findSearch(id);
      return outcomeOfSearch(store, row, searches.open(row));
    },
    controlSearch: (id, command) => {
      if (command === 'pause') searches.pause(id);
      else searches.proceed(id);
      changed();
    },
    deleteSearch: (id) => {
      searches.forget(id);
      changed();
    },
  };
}
