import { frontierOf, type FrontierData } from '../drawable/frontier.ts';
import { frontierOption } from '../drawing/frontier-option.ts';
import type { ChartKind, Row } from './kind.ts';

/** The bytes that every method, codec and budget takes to nearly the accuracy of the full budget. */
export interface FrontierChartSpec {
  readonly kind: 'frontier';
  /** Points below the accuracy of the full budget. */
  readonly margin: number;
  readonly logX: boolean;
}

export const frontier: ChartKind<FrontierChartSpec, 'frontier', FrontierData> = {
  kind: 'frontier',
  help: ['frontier', 'bytes to the accuracy of the full budget less a margin, with the raw images'],
  charts: { frontier: { kind: 'frontier', margin: 0.5, logX: true } },
  nameOf: () => 'frontier',
  takes: ['logX', 'margin'],
  schema: (z) => z.strictObject({ kind: z.literal('frontier'), margin: z.number().min(0).max(100), logX: z.boolean() }),

  needs: ['frontier'],
  showsEachSource: false,
  showsPairs: true,
  data: ({ trainings, frontier: facts, looks }, { margin }) => frontierOf(trainings, facts, margin, looks),
  parts: ['ScatterChart', 'LineChart'],
  option: frontierOption,
  rows: frontierRows,
  notes: ({ margin }) => [
    `bytes: both directions from new weights on, headers, labels and masks included, to the first epoch that is as accurate as the best of the full budget less ${margin} points (mean of its seeds)`,
    'raw: the training images sent once as they are, a byte a value',
  ],
  paper: {
    size: { widthMm: 120, heightMm: 80, fontSize: 8 },
    report: { frontier: 'Bytes to the accuracy of the full budget' },
  },
};

function* frontierRows({ rows, raw }: FrontierData): Generator<Row> {
  yield [
    ...[
      'training',
      'method',
      'codecs',
      'budget',
      'seeds',
      'reached',
      'bytes_mean',
      'bytes_sd',
      'bytes_min',
      'bytes_max',
    ],
    ...['bytes_sent', 'accuracy', 'baseline', 'times_fewer_than_baseline'],
  ];
  for (const { family, method, codecs, budget, seeds, bytes, sent, level, baseline, fewer } of rows) {
    const paid = bytes
      ? [bytes.count, bytes.mean, bytes.deviation ?? '', bytes.least, bytes.most]
      : [level === null ? '' : 0, '', '', '', ''];
    yield [family, method, codecs, budget ?? 'full', seeds, ...paid, sent, level ?? '', baseline ?? '', fewer ?? ''];
  }
  for (const { dataset, bytes } of raw) {
    yield [`raw images of ${dataset}`, 'raw', '', '', '', '', bytes, '', bytes, bytes, bytes, '', '', ''];
  }
}
