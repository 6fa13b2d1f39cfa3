import { familyLines, networkSeconds, type FamilyLine } from '../drawable/family.ts';
import { familyOption } from '../drawing/family-option.ts';
import type { ChartKind, Row } from './kind.ts';

export const familyCosts = ['bytes', 'latency', 'client-work'] as const;

/** Rates in Mbit/s, the round trip in milliseconds. */
export interface FamilyLink {
  readonly up: number;
  readonly down: number;
  readonly rttMs: number;
}

/** Seconds. */
export interface Computing {
  readonly client: number;
  readonly server: number;
}

/** The pairs of model sets: accuracy against what a request costs. */
export interface FamilyChartSpec {
  readonly kind: 'family';
  readonly x: (typeof familyCosts)[number];
  /** How the maps are written. */
  readonly codec: string;
  /** What latency is of. */
  readonly link: FamilyLink;
  /** Seconds that both halves compute for a request, by set and in the order of its pairs; without them latency is the network's. */
  readonly compute: Readonly<Record<string, readonly Computing[]>> | null;
  readonly logX: boolean;
}

export interface FamilyData {
  readonly lines: readonly FamilyLine[];
}

export const family: ChartKind<FamilyChartSpec, 'sets', FamilyData> = {
  kind: 'family',
  help: ['family', 'accuracy of the pairs of model sets against what a request costs'],
  charts: {
    family: {
      kind: 'family',
      x: 'bytes',
      codec: 'float16',
      link: { up: 15, down: 40, rttMs: 45 },
      compute: null,
      logX: true,
    },
  },
  nameOf: ({ x }) => `family-${x}`,
  schema: (z) => {
    const positive = z.number().positive().max(1e6);
    return z.strictObject({
      kind: z.literal('family'),
      x: z.enum(familyCosts),
      codec: z.string().min(1).max(100),
      link: z.strictObject({ up: positive, down: positive, rttMs: z.number().min(0).max(1e6) }),
      compute: z
        .record(
          z.string().min(1).max(100),
          z.array(z.strictObject({ client: z.number().min(0), server: z.number().min(0) })).max(1000),
        )
        .nullable(),
      logX: z.boolean(),
    });
  },

  needs: ['sets'],
  showsEachSource: false,
  showsPairs: false,
  data: ({ sets, looks }, spec) => ({ lines: familyLines(sets, spec, looks) }),
  parts: ['LineChart'],
  option: ({ lines }, spec, style) => familyOption(lines, spec, style),
  rows: familyRows,
  notes: ({ codec, link, compute }) => [
    `codec ${codec}, content of the messages without headers`,
    `network_seconds: ${link.up} Mbit/s up, ${link.down} Mbit/s down, a round trip of ${link.rttMs} ms${compute ? '' : '; computing comes on top'}`,
  ],
  paper: {},
};

function* familyRows({ lines }: FamilyData, { codec, link }: FamilyChartSpec): Generator<Row> {
  yield [
    'set',
    'budget',
    'test_accuracy',
    'bytes_up',
    'bytes_down',
    'network_seconds',
    'client_seconds',
    'server_seconds',
    'client_multiply_adds',
    'server_multiply_adds',
  ];
  for (const { set, points } of lines) {
    for (const { pair, computing } of points) {
      const traffic = pair.traffic.find((each) => each.codec === codec);
      const sent = traffic ? [traffic.up, traffic.down, networkSeconds(traffic, link)] : ['', '', ''];
      const seconds = computing ? [computing.client, computing.server] : ['', ''];
      const work = [pair.client.multiplyAdds, pair.server.multiplyAdds];
      yield [set, pair.budget ?? 'full', pair.testAccuracy, ...sent, ...seconds, ...work];
    }
  }
}
