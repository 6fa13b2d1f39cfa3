import { formatBytes, formatCount, formatPercent } from '../charts/formats.ts';
import type { Table } from '../exports/tables/comparison-table.ts';
import { totalBytesOf, type ReadSet } from '../sets/files.ts';
import type { SetEntry } from '../sets/home.ts';
import type { HalfCosts, ModelSet } from '../sets/manifest.ts';
import { budgetName } from '../sets/pair.ts';
import { factLines, formatDate, listLines, tableLines } from './format.ts';

/** What `models list` and `models show` print. */

const none = '–';

export function setLines(entries: readonly SetEntry[]): string[] {
  return listLines(['name', 'network', 'cut', 'data set', 'budgets', 'accuracy', 'size', 'made'], entries.map(row));
}

function row(entry: SetEntry): string[] {
  if (entry.status !== 'ready') return [entry.name, entry.status, '', '', '', '', '', ''];
  const { network, cut, images, pairs, createdAt } = entry.manifest;
  const accuracies = pairs.map(({ testAccuracy }) => testAccuracy);
  const ends = [...new Set([Math.min(...accuracies), Math.max(...accuracies)].map(formatPercent))];
  return [
    entry.name,
    network.name,
    String(cut.layer),
    images.dataset,
    pairs.map(({ budget }) => budgetName(budget)).join(', '),
    ends.join(' to '),
    formatBytes(totalBytesOf(entry.manifest)),
    formatDate(new Date(createdAt)),
  ];
}

/** A set, what its pairs send, and what both halves of each are before and after unsent maps were removed. */
export function shownSet(set: ReadSet): string[] {
  const { manifest } = set;
  return [
    ...factLines(facts(set)),
    '',
    'What a sample sends, headers left out: up by codec, and its logits down',
    ...tableLines(trafficTable(manifest)),
    '',
    'Work (multiply-adds), weights and memory of one sample, after and before unsent maps were removed',
    ...tableLines(halvesTable(manifest)),
  ];
}

function facts({ folder, digest, manifest }: ReadSet): [string, string][] {
  const { network, cut, images, run, createdAt, software, name } = manifest;
  const module = cut.module ? `r = ${cut.module.resolution}, c = ${cut.module.features}` : 'no module';
  const { shape, classes, dataset } = images;
  return [
    ['set', name],
    ['network', `${network.name}, width ${network.width}, split at layer ${cut.layer}, ${module}`],
    ['images', `${dataset}, ${shape.join('×')}, ${classes.length} classes`],
    ['run', `${run.name}, seed ${run.seed}${run.uid === null ? '' : ` (${run.uid})`}`],
    ['made', `${formatDate(new Date(createdAt))} by Sluice ${software}`],
    ['size', formatBytes(totalBytesOf(manifest))],
    ['SHA-256', digest],
    ['folder', folder],
  ];
}

function trafficTable({ pairs }: ModelSet): Table {
  // Lossless compression has no size of its own: it depends on the image.
  const codecs = [
    ...new Set(pairs.flatMap(({ traffic }) => traffic.filter(({ exact }) => exact)).map(({ codec }) => codec)),
  ];
  return {
    columns: ['budget', 'maps sent', 'accuracy', 'epochs', ...codecs, 'down'].map((title) => ({
      title,
      align: 'right',
      dispensable: title === 'epochs',
    })),
    rows: pairs.map(({ budget, maps, testAccuracy, epochs, epoch, traffic }) => {
      const up = (codec: string): string => {
        const sent = traffic.find((each) => each.codec === codec);
        return sent ? formatBytes(sent.up) : none;
      };
      const sent = maps ?? budget;
      return [
        budgetName(budget),
        sent === null ? 'all' : String(sent),
        formatPercent(testAccuracy),
        epoch === 'best' ? `${epochs}, the best` : String(epochs),
        ...codecs.map(up),
        formatBytes(traffic[0].down),
      ];
    }),
  };
}

const halves = ['client', 'server'] as const;

function halvesTable({ pairs }: ModelSet): Table {
  const measures = ['work', 'weights', 'memory'].flatMap((title) => [title, 'before']);
  return {
    columns: [
      { title: 'budget', align: 'right' },
      { title: 'half', align: 'left' },
      ...[...measures, 'file'].map((title) => ({ title, align: 'right' as const })),
    ],
    rows: pairs.flatMap((pair) =>
      halves.map((half) => {
        const [after, before] = [pair[half], pair.unpruned[half]];
        return [
          budgetName(pair.budget),
          half,
          ...cells(after, before, 'multiplyAdds', formatCount),
          ...cells(after, before, 'parameters', formatCount),
          ...cells(after, before, 'memoryBytes', formatBytes),
          formatBytes(after.weights.bytes),
        ];
      }),
    ),
  };
}

function cells(
  after: HalfCosts,
  before: HalfCosts,
  of: keyof HalfCosts,
  format: (value: number) => string,
): [after: string, before: string] {
  return [format(after[of]), after[of] === before[of] ? '=' : format(before[of])];
}
