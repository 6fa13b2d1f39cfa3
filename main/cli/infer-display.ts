import { csvCell } from '../charts/csv.ts';
import { formatBytes, formatPercent, formatSeconds } from '../charts/formats.ts';
import { topClasses, type Ranked } from '../inference/probabilities.ts';
import type { Answered, Summary } from '../inference/summary.ts';
import { budgetName } from '../sets/pair.ts';
import { tableLines } from './format.ts';

/** How `infer` shows its answers. */

const none = '–';

export interface Shown {
  readonly classes: readonly string[];
  /** How many classes of each answer. */
  readonly top: number;
}

interface Row {
  readonly image: string;
  /** The true class, where it is known. */
  readonly label: string | null;
  readonly classes: readonly { readonly name: string; readonly probability: number }[];
  readonly answeredBy: {
    readonly budget: number | 'full';
    readonly codec: string | null;
    readonly place: 'server' | 'client';
  };
  readonly meetsTarget: boolean;
  readonly fallback: boolean;
  readonly refused: boolean;
  readonly note: string;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly seconds: { readonly client: number; readonly wire: number; readonly server: number; readonly total: number };
}

function rowOf({ image, label, answer }: Answered, { classes, top }: Shown): Row {
  const { logits, budget, codec, place, meets, fallback, note, bytesUp, bytesDown, seconds } = answer;
  const ranked: Ranked[] = logits ? topClasses(logits, top) : [];
  return {
    image,
    label: label === null ? null : classes[label],
    classes: ranked.map(({ index, probability }) => ({ name: classes[index], probability })),
    answeredBy: { budget: budget ?? 'full', codec: codec?.name ?? null, place },
    meetsTarget: meets,
    fallback,
    refused: logits === null,
    note,
    bytesUp,
    bytesDown,
    seconds,
  };
}

export function answerTable(answered: readonly Answered[], shown: Shown): string[] {
  const columns = [
    { title: 'image', align: 'left' },
    { title: 'class', align: 'left' },
    { title: 'probability', align: 'right' },
    { title: 'maps', align: 'right' },
    { title: 'codec', align: 'left', dispensable: true },
    { title: 'where', align: 'left' },
    { title: 'up', align: 'right' },
    { title: 'down', align: 'right', dispensable: true },
    { title: 'here', align: 'right', dispensable: true },
    { title: 'wire', align: 'right', dispensable: true },
    { title: 'server', align: 'right', dispensable: true },
    { title: 'total', align: 'right' },
    { title: '', align: 'left' },
  ] as const;
  const rows = answered.flatMap((each) => {
    const row = rowOf(each, shown);
    const [first, ...others] = row.classes;
    const { budget, codec, place } = row.answeredBy;
    const { client, wire, server, total } = row.seconds;
    const times = [client, wire, server, total].map(formatSeconds);
    const target = row.meetsTarget ? '' : 'no pair is sure to keep the target';
    return [
      [
        row.image,
        first ? first.name + (row.label === null || row.label === first.name ? '' : ` (is ${row.label})`) : 'refused',
        first ? formatPercent(first.probability) : none,
        budgetName(budget === 'full' ? null : budget),
        codec ?? none,
        place === 'client' ? 'here' : 'server',
        formatBytes(row.bytesUp),
        formatBytes(row.bytesDown),
        ...times,
        [row.note, target].filter((text) => text !== '').join('; '),
      ],
      ...others.map(({ name, probability }) => ['', name, formatPercent(probability), ...Array<string>(10).fill('')]),
    ];
  });
  return tableLines({ columns, rows });
}

export function answersJson(answered: readonly Answered[], shown: Shown, about: object, summary: Summary): string {
  const answers = answered.map((each) => rowOf(each, shown));
  return JSON.stringify({ format: 1, ...about, answers, summary }, null, 2);
}

/** One line an image; of the top classes one column a place. */
export function answerCsv(answered: readonly Answered[], shown: Shown): string[] {
  const places = Array.from({ length: shown.top }, (_, i) => i);
  const names = places.flatMap((i) =>
    i === 0 ? ['class', 'probability'] : [`class_${i + 1}`, `probability_${i + 1}`],
  );
  const head = ['image', 'label', ...names, 'budget', 'codec', 'place', 'meets_target', 'fallback', 'refused'];
  const costs = ['bytes_up', 'bytes_down', 'client_seconds', 'wire_seconds', 'server_seconds', 'total_seconds', 'note'];
  const lines = answered.map((each) => {
    const { image, label, classes, answeredBy, meetsTarget, fallback, refused, note, bytesUp, bytesDown, seconds } =
      rowOf(each, shown);
    const ranked = places.flatMap((i) => [classes[i]?.name ?? '', classes[i]?.probability ?? '']);
    const { budget, codec, place } = answeredBy;
    const flags = [meetsTarget, fallback, refused].map(Number);
    const times = [seconds.client, seconds.wire, seconds.server, seconds.total];
    const cells = [
      image,
      label ?? '',
      ...ranked,
      budget,
      codec ?? '',
      place,
      ...flags,
      bytesUp,
      bytesDown,
      ...times,
      note,
    ];
    return cells.map((cell) => csvCell(cell)).join(',');
  });
  return [[...head, ...costs].join(','), ...lines];
}

/** The answers in a line or two. */
export function summaryLines(summary: Summary, target: number | undefined): string[] {
  const { images, accuracy, latency, kept, refused, server, client, fallback, bytesUp, bytesDown, triedBytes } =
    summary;
  const facts = [
    `${images} ${images === 1 ? 'image' : 'images'}`,
    ...(accuracy === null ? [] : [`${formatPercent(accuracy)} right`]),
    ...(latency
      ? [`p50 ${formatSeconds(latency.p50)}, p95 ${formatSeconds(latency.p95)}, p99 ${formatSeconds(latency.p99)}`]
      : []),
    ...(kept === null ? [] : [`${formatPercent(kept)} within ${formatSeconds(target!)}`]),
    `${formatBytes(bytesUp)} up, ${formatBytes(bytesDown)} down`,
    ...(triedBytes > 0 ? [`${formatBytes(triedBytes)} to try other pairs`] : []),
  ];
  const where = [
    ...(server > 0 ? [`${server} at the server`] : []),
    ...(client > 0 ? [`${client} here`] : []),
    ...(fallback > 0 ? [`${fallback} here because the server did not answer`] : []),
    ...(refused > 0 ? [`${refused} refused`] : []),
  ];
  return [facts.join('; '), where.join(', ')].filter((line) => line !== '');
}
