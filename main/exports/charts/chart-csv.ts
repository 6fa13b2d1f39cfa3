import { csvCell } from '../../charts/csv.ts';
import type { Chart } from './chart.ts';

/**
 * The data of a chart as CSV, all points of it: what is measured and, where it is smoothed, what is drawn. Lines that
 * begin with # say where it is from.
 */
export function chartCsv(chart: Chart, provenance: readonly string[], neutralise = true): string {
  const { kind, spec, data } = chart;
  const about = [...provenance, ...(kind.notes?.(spec) ?? []), ...sourceNote(chart), ...rangeNote(chart)];
  const rows = [...kind.rows(data, spec)].map((row) => row.map((cell) => csvCell(cell, neutralise)).join(','));
  return [...about.map((line) => `# ${line.replaceAll(/[\r\n]+/g, ' ')}`), ...rows, ''].join('\r\n');
}

function sourceNote({ source }: Chart): string[] {
  return typeof source === 'number' ? [`data source ${source + 1} alone`] : [];
}

function rangeNote({ kind, spec, range }: Chart): string[] {
  const axis = kind.axisOf?.(spec);
  return range && axis ? [`a part: ${axis} from ${range[0]} to ${range[1]}`] : [];
}
