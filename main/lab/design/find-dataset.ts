import type { Problem } from '../../api.ts';
import { listDatasets } from '../../data/datasets.ts';
import type { DatasetInfo } from '../../data/source.ts';

/** A data set that can be downloaded is known before it is here, and so is what training on it would send. */
export function findDataset(name: string): { info: DatasetInfo | null; problem: Problem | null } {
  const path = 'dataset.name';
  const datasets = listDatasets();
  const entry = datasets.find((dataset) => dataset.name === name);
  if (!entry) {
    const known = datasets.map((dataset) => dataset.name).join(', ');
    return { info: null, problem: { path, text: `is "${name}": expected one of ${known}, or an import of that name` } };
  }
  if (entry.status === 'damaged') return { info: null, problem: { path, text: `is "${name}". ${entry.title}` } };
  const missing = entry.status === 'available';
  const text = `is "${name}": this data set is not downloaded yet, get it on the Data page`;
  return { info: entry.info, problem: missing ? { path, text } : null };
}
