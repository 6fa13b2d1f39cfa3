import type { RunDetail } from '../../../main/api.ts';
import { formatSetting, type DifferingSetting } from '../../../main/charts/differing.ts';
import { formatBytes, formatPercent } from '../../../main/charts/formats.ts';
import { parallelAxis, type ParallelAxis, type ParallelRow } from '../../../main/charts/parallel.ts';
import type { Result } from './results.ts';

/** Trainings as lines through the settings in which they differ, then what they sent and what they reached. */
export function parallelOf(
  results: readonly Result[],
  runs: readonly RunDetail[],
  differences: readonly DifferingSetting[],
): { axes: ParallelAxis[]; rows: ParallelRow[] } {
  const setting = ({ path, values }: DifferingSetting): ReturnType<typeof parallelAxis> =>
    parallelAxis(
      path,
      results.map(({ run }) => values[runs.findIndex(({ id }) => id === run.id)]),
      String,
      formatSetting,
    );
  const columns = [
    ...differences.map(setting),
    parallelAxis(
      'bytes',
      results.map(({ bytesUp, bytesDown }) => bytesUp + bytesDown),
      formatBytes,
    ),
    parallelAxis(
      'best accuracy',
      results.map(({ best }) => best ?? NaN),
      formatPercent,
    ),
  ];
  const families = [...new Set(results.map(({ training }) => training.family))];
  return {
    axes: columns.map(({ axis }) => axis),
    rows: results.map(({ training: { id, label, family } }, row) => ({
      ...{ id, label, look: families.indexOf(family) },
      values: columns.map(({ places }) => places[row]),
    })),
  };
}
