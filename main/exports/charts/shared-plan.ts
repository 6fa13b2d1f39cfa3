import { settingsKey } from '../../charts/differing.ts';
import type { PlanData } from '../../charts/drawable/plan.ts';
import { describeDataset } from '../../data/datasets.ts';
import { SluiceError } from '../../errors.ts';
import { planTraffic } from '../../runs/experiment/plan-traffic.ts';
import type { Run } from '../../runs/store/run.ts';

/** The plan of runs that are set alike; null where they are not, or where their data set is gone. */
export function sharedPlan(runs: readonly Pick<Run, 'experiment'>[]): PlanData | null {
  if (new Set(runs.map(({ experiment }) => settingsKey(experiment))).size !== 1) return null;
  const [{ experiment }] = runs;
  try {
    const { phases } = planTraffic(experiment, describeDataset(experiment.dataset.name));
    return { phases, sources: experiment.sources.count };
  } catch (error) {
    if (error instanceof SluiceError) return null;
    throw error;
  }
}
