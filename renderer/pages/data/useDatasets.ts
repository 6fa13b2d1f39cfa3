import type { ComputedRef, ShallowRef } from 'vue';
import type { DatasetEntry, DataTask, ImportRequest } from '../../../main/api.ts';
import { formatBytes } from '../../../main/charts/formats.ts';
import { confirm } from '../../components/confirm.ts';
import { attempt } from '../../components/toasts.ts';
import { useTaskedList } from '../../components/useTaskedList.ts';
import { useLab } from '../../lab/index.ts';

export interface Datasets {
  readonly entries: Readonly<ShallowRef<readonly DatasetEntry[] | null>>;
  readonly error: Readonly<ShallowRef<string | null>>;
  /** The newest task of each data set. */
  readonly tasks: ComputedRef<ReadonlyMap<string, DataTask>>;
  get(name: string): Promise<boolean>;
  /** Rejects with what is wrong with the request. */
  bringIn(request: ImportRequest): Promise<void>;
  cancel(task: DataTask): Promise<boolean>;
  remove(entry: DatasetEntry): Promise<void>;
}

/** The data sets of the lab and what is being done with them, kept up. */
export function useDatasets(): Datasets {
  const lab = useLab();
  const { entries, error, tasks, show, load } = useTaskedList(
    'dataTask',
    () => lab.api.datasets(),
    () => lab.api.dataTasks(),
  );

  return {
    entries,
    error,
    tasks,
    get: (name) => attempt(async () => show(await lab.api.getDataset(name))),
    bringIn: async (request) => show(await lab.api.importDataset(request)),
    cancel: ({ id }) => attempt(() => lab.api.cancelDataTask(id)),
    async remove({ name, info }) {
      const sure = await confirm({
        title: `Remove ${name}?`,
        text:
          `${contents(info)} deleted from Sluice’s folder. What it was imported from stays. Runs that used it keep ` +
          'their results, but cannot be resumed without it.',
        action: 'Remove data set',
      });
      if (sure && (await attempt(() => lab.api.removeDataset(name)))) await load();
    },
  };
}

function contents(info: DatasetEntry['info']): string {
  if (!info) return 'What is left of it is';
  const images = info.trainSamples + info.testSamples;
  const size = formatBytes(images * info.shape[0] * info.shape[1] * info.shape[2]);
  return `Its ${images.toLocaleString('en')} images (about ${size}) are`;
}
