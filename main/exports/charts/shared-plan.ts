import { settingsKey } from '../../charts/differing.ts';
import type { PlanData } from '../../charts/drawable/plan.ts';
import { describeDataset } from '../../data/datasets.ts';
import { SluiceError } from '../../errors.ts';
import { planLeft, reachedOf } from '../../runs/experiment/epochs-of-run.ts';
import { planTraffic } from '../../runs/experiment/plan-traffic.ts';
import type { Run } from '../../runs/store/run.ts';
import type { Store } from '../../runs/store/store.ts';

/** The plan of runs that are set alike; null where they are not, where each ends early for itself, or where their data set is gone. */
export function sharedPlan(store: Pick<Store, 'epochs'>, runs: readonly Run[]): PlanData | null {
  if (new Set(runs.map(({ experiment }) => settingsKey(experiment))).size !== 1) return null;
  const [{ id, experiment, status }] = runs;
  if (experiment.stop && runs.length > 1) return null;
  try {
    const plan = planTraffic(experiment, describeDataset(experiment.dataset.name));
    const reached = reachedOf(experiment.stop ? store.epochs(id) : [], status === 'finished');
    const { phases } = planLeft(plan, experiment, reached);
    return { phases, sources: experiment.sources.count };
  } catch (error) {
    if (error instanceof SluiceError) return null;
    throw error;
  }
}
