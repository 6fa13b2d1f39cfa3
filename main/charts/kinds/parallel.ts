import { parallelOf, type ParallelData } from '../drawable/parallel.ts';
import { parallelOption } from '../drawing/parallel-option.ts';
import type { ChartKind, Row } from './kind.ts';

/** Trainings as lines through the settings in which they differ and what came of them. */
export interface ParallelChartSpec {
  readonly kind: 'parallel';
  /** Trainings that differ in the seed alone as one line of their means. */
  readonly seedsTogether: boolean;
  /** Ids of the lines that stand out, each that of its first training; all of them where it is null. */
  readonly brushed: readonly string[] | null;
  /** Paths of settings, `budget`, `traffic` and `best accuracy` in the order of their axes; the first that fit unless given. */
  readonly axes?: readonly string[] | undefined;
}

export const parallel: ChartKind<ParallelChartSpec, 'differences', ParallelData> = {
  kind: 'parallel',
  help: ['parallel', 'settings that differ and results'],
  charts: { parallel: { kind: 'parallel', seedsTogether: true, brushed: null } },
  nameOf: () => 'parallel',
  takes: ['seedsAsBand'],
  changed: (spec, { seedsAsBand }) => (seedsAsBand === undefined ? spec : { ...spec, seedsTogether: seedsAsBand }),
  schema: (z) =>
    z.strictObject({
      kind: z.literal('parallel'),
      seedsTogether: z.boolean(),
      axes: z.array(z.string().min(1).max(200)).max(200).optional(),
      brushed: z.array(z.string().min(1).max(100)).max(10_000).nullable(),
    }),

  needs: ['differences'],
  showsEachSource: true,
  showsPairs: true,
  data: ({ trainings, differences, looks }, { seedsTogether, axes }) =>
    parallelOf(trainings, differences, seedsTogether, looks, axes),
  parts: ['ParallelChart', 'ParallelComponent', 'LineChart'],
  option: (data, { brushed }, style) => parallelOption(data, brushed, style),
  rows: parallelRows,
  paper: {
    // An axis for each setting that differs does not fit into a column.
    size: { widthMm: 175, heightMm: 80, fontSize: 8 },
    report: { parallel: 'Settings and results' },
  },
};

/** Numbers as they are, all else by name; a training has no result before its first epoch. */
function* parallelRows({ axes, rows }: ParallelData, { brushed }: ParallelChartSpec): Generator<Row> {
  yield ['training', ...axes.map(({ name }) => name), ...(brushed ? ['brushed'] : [])];
  for (const { id, label, values } of rows) {
    const cells = axes.map(
      ({ categories }, i) => categories?.[values[i]] ?? (Number.isNaN(values[i]) ? '' : values[i]),
    );
    yield [label, ...cells, ...(brushed ? [brushed.includes(id) ? 1 : 0] : [])];
  }
}
