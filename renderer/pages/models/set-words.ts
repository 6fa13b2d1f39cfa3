import type { ModelSet, ModelTask, SetPair } from '../../../main/api.ts';
import { formatBudget, formatBytes, formatPercent } from '../../../main/charts/formats.ts';

/** Bytes of all weights. */
export function bytesOf({ pairs }: ModelSet): number {
  return pairs.reduce((sum, { client, server }) => sum + client.weights.bytes + server.weights.bytes, 0);
}

/** What a set is of, a fact each. */
export function factsOf({ network, cut, images, run }: ModelSet): string[] {
  const width = network.width === 1 ? '' : ` × ${network.width}`;
  const module = cut.module ? '' : ', no module';
  return [
    `${network.name}${width}, cut at layer ${cut.layer}${module}`,
    `${images.dataset}, ${images.classes.length} classes`,
    `from “${run.name}”, seed ${run.seed}`,
  ];
}

/** Its pairs in a line: `4 pairs: full, 32, 8, 2 maps · 81.2 to 89.2 % · 342 MB`. */
export function pairsOf(set: ModelSet): string {
  const { pairs } = set;
  const count = pairs.length === 1 ? 'one pair' : `${pairs.length} pairs`;
  const budgets = pairs.map(({ budget }) => (budget === null ? 'full' : String(budget))).join(', ');
  const accuracies = pairs.map(({ testAccuracy }) => testAccuracy);
  const [least, most] = [Math.min(...accuracies), Math.max(...accuracies)].map(formatPercent);
  const accuracy = least === most ? least : `${least} to ${most}`;
  return [
    `${count}: ${pairs.length === 1 ? formatBudget(pairs[0].budget) : budgets}`,
    accuracy,
    ...(pairs.some(({ epoch }) => epoch === 'best') ? ['best epochs'] : []),
    formatBytes(bytesOf(set)),
  ].join(' · ');
}

/** The codecs that all of these sets know, exact ones first: of the others the most that a sample can take is known. */
export function sharedCodecs(sets: readonly ModelSet[]): string[] {
  const pairs = sets.flatMap((set) => set.pairs);
  const [first, ...others] = pairs.map(({ traffic }) => traffic);
  if (!first) return [];
  return [...first]
    .sort((a, b) => Number(b.exact) - Number(a.exact))
    .map(({ codec }) => codec)
    .filter((codec) => others.every((traffic) => traffic.some((each) => each.codec === codec)));
}

/** How much less that is than before unsent maps were removed: `−38 %`; nothing where it is the same. */
export function savingOf(
  pair: SetPair,
  half: 'client' | 'server',
  of: 'multiplyAdds' | 'parameters' | 'memoryBytes',
): string {
  const before = pair.unpruned[half][of];
  const share = before === 0 ? 0 : (before - pair[half][of]) / before;
  return share < 0.005 ? '' : `−${Math.round(100 * share)} %`;
}

const doing = { add: 'Making', import: 'Importing', export: 'Exporting' } as const;
const undone = { add: 'was not made', import: 'was not imported', export: 'was not exported' } as const;

export function taskTitle({ kind, name }: ModelTask): string {
  return `${doing[kind]} ${name}`;
}

export function failedTitle({ kind, name }: ModelTask): string {
  return `${name} ${undone[kind]}`;
}
