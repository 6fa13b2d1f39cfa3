import { listDatasets, removeDataset } from '../../data/datasets.ts';
import { SluiceError } from '../../errors.ts';
import { isUnderWay } from '../../runs/store.ts';
import type { LabState, Procedures } from './lab-state.ts';
import { runTask } from './task/run-task.ts';

type Names = 'datasets' | 'samples' | 'getDataset' | 'importDataset' | 'cancelDataTask' | 'dataTasks' | 'removeDataset';

/** Procedures about data sets. */
export function dataProcedures({ dataTasks, store }: LabState): Procedures<Names> {
  return {
    datasets: () => listDatasets(),
    samples: (dataset, count) => runTask('samples', { dataset, count }),
    getDataset: (name) => dataTasks.get(name),
    importDataset: (request) => dataTasks.import(request),
    cancelDataTask: (id) => dataTasks.cancel(id),
    dataTasks: () => dataTasks.all(),
    removeDataset: async (name) => {
      const user = store
        .list()
        .find(({ status, experiment }) => isUnderWay(status) && experiment.dataset.name === name);
      if (user) throw new SluiceError('dataset-busy', `Run ${user.id} is training on "${name}". Stop it first.`);
      await removeDataset(name);
    },
  };
}
