import type { TrainingData } from '../../charts/data.ts';
import { differingSettings } from '../../charts/differing.ts';
import type { FamilySet } from '../../charts/drawable/family.ts';
import { frontierOf } from '../../charts/drawable/frontier.ts';
import type { Need, Provided } from '../../charts/kinds/kind.ts';
import { infoHere } from '../../data/datasets.ts';
import { SluiceError } from '../../errors.ts';
import { frontierFacts } from '../../runs/experiment/frontier-facts.ts';
import type { Run } from '../../runs/store/run.ts';
import type { Store } from '../../runs/store/store.ts';
import { gateHistory } from './gate-history.ts';
import { sharedPlan } from './shared-plan.ts';

/** What is drawn, and where its records are. */
export interface Asked {
  readonly store: Store;
  readonly runs: readonly Run[];
  readonly trainings: readonly TrainingData[];
  readonly sets: readonly FamilySet[];
}

/** More moments than a page has room for are not drawn. */
const moments = 400;

const providers: { readonly [N in Need]: (asked: Asked) => Provided[N] } = {
  sets: ({ sets }) => sets,
  plan: ({ store, runs }) => sharedPlan(store, runs),
  differences: ({ runs }) => {
    const settings = differingSettings(runs.map(({ experiment }) => experiment));
    if (settings.length === 0)
      throw nothingToDraw('These runs are set alike. Choose runs that differ in their settings.');
    return { runs: runs.map(({ id }) => id), settings };
  },
  frontier: ({ runs, trainings }) => {
    const facts = runs.map(({ id, experiment }) => frontierFacts(id, experiment, infoHere(experiment.dataset.name)));
    const { problem } = frontierOf(trainings, facts, 0);
    if (problem !== null) throw nothingToDraw(problem);
    return facts;
  },
  gates: ({ store, trainings: [{ run, training }] }) => {
    const gates = gateHistory(store, store.find(run), training, moments);
    if (gates.maps === 0) throw nothingToDraw(`${run} has no gate: it trains without a compression module.`);
    return gates;
  },
};

/** What a kind of chart needs, and no more. Throws `nothing-to-draw`. */
export function provide(needs: readonly Need[], asked: Asked): Provided {
  return Object.fromEntries(needs.map((need) => [need, providers[need](asked)])) as unknown as Provided;
}

export function nothingToDraw(message: string): SluiceError {
  return new SluiceError('nothing-to-draw', message, { path: 'runs' });
}

/** What is made; null where there is nothing to draw. */
export function drawable<T>(make: () => T): T | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'nothing-to-draw') return null;
    throw error;
  }
}
