import type { ScatterChartSpec } from '../../main/charts/kinds/scatter.ts';

/** What a training is measured against, in a word or two. */
export const costNames: Readonly<Record<ScatterChartSpec['x'], string>> = {
  bytes: 'Traffic',
  'bytes-per-sample': 'Traffic per sample',
  time: 'Time in training',
  throughput: 'Samples per second',
};
