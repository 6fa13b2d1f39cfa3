import type { RunDetail } from '../../../main/api.ts';
import { formatSetting, type DifferingSetting } from '../../../main/charts/differing.ts';
import { formatBytes, formatPercent } from '../../../main/charts/formats.ts';
import { parallelAxis, type ParallelAxis, type ParallelRow } from '../../../main/charts/parallel.ts';
import type { Result } from './results.ts';

/** Results as lines through the settings in which they differ, then what they sent and what they reached. */
export function parallelOf(
  results: readonly Result[],
  runs: readonly RunDetail[],
  differences: readonly DifferingSetting[],
): { axes: ParallelAxis[]; rows: ParallelRow[] } {
  const place = new Map(runs.map(({ id }, i) => [id, i]));
  const setting = ({ path, values }: DifferingSetting): ReturnType<typeof parallelAxis> =>
    parallelAxis(
      shortName(path, differences),
      results.map(({ run }) => values[place.get(run) ?? -1]),
      String,
      formatSetting,
    );
  const mean = (name: 'total' | 'best'): number[] => results.map(({ values }) => values[name]?.mean ?? NaN);
  const columns = [
    ...differences.map(setting),
    parallelAxis('traffic', mean('total'), formatBytes),
    parallelAxis('best accuracy', mean('best'), formatPercent),
  ];
  return {
    axes: columns.map(({ axis }) => axis),
    rows: results.map(({ id, label, look }, row) => ({
      ...{ id, label, look },
      values: columns.map(({ places }) => places[row]),
    })),
  };
}

/** Of a long path its last part, where no other ends with it. */
function shortName(path: string, differences: readonly DifferingSetting[]): string {
  const last = path.slice(path.lastIndexOf('.') + 1);
  const alike = differences.filter((other) => other.path === last || other.path.endsWith(`.${last}`));
  return path.length > 14 && alike.length === 1 ? last : path;
}
