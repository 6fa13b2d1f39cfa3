import { stringify } from 'yaml';
import type { Run } from '../../runs/store/run.ts';
import type { Store } from '../../runs/store/store.ts';
import type { Files } from '../exporters.ts';
import { exportedExperiment } from '../tables/export.ts';
import { summaryOf } from './summary.ts';

/**
 * `params.yaml` and `metrics.json`, as DVC and its like read them: the settings of a run as an experiment has them, and
 * what came of it. Of several runs each has a folder.
 */
export async function paramsFiles(store: Store, runs: readonly Run[]): Promise<Files> {
  const files = await Promise.all(
    runs.map(async (run) => {
      const folder = runs.length === 1 ? '' : `${run.id}/`;
      const settings = await exportedExperiment(store, run);
      return [
        [`${folder}params.yaml`, Buffer.from(stringify(settings))],
        [`${folder}metrics.json`, Buffer.from(`${JSON.stringify(summaryOf(store, run), null, 2)}\n`)],
      ] as const;
    }),
  );
  return files.flat();
}
