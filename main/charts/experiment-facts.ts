import type { RunData } from './data.ts';
import { settingsKey } from './differing.ts';
import { testSet } from './test-sets.ts';

interface Described {
  readonly dataset: { readonly name: string; readonly testSamples?: number | undefined };
  readonly model: object;
  readonly split: object;
  readonly sources: { readonly count: number };
}

/** What charts know of a run's experiment. */
export function experimentFacts(experiment: Described): Pick<RunData, 'settings' | 'network' | 'testSet' | 'sources'> {
  const { dataset, model, split, sources } = experiment;
  return {
    settings: settingsKey(experiment),
    network: settingsKey({ dataset, model, split }),
    testSet: testSet(experiment),
    sources: sources.count,
  };
}
