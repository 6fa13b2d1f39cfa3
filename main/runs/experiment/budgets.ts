import { mostBytes } from '../../offload/codecs/codec.ts';
import { sizeOf } from '../../offload/codecs/table.ts';
import { codecsFor, codecSettings, ownCodecs, type CodecSettings } from '../../training/controller.ts';
import type { PhaseSettings } from '../../training/plan.ts';
import type { Budget } from '../../records/column.ts';
import type { Experiment } from './experiment.ts';
import type { CutFeatures } from './features.ts';
import { problem, throwProblems } from './problems.ts';

/** A phase as an experiment has it: its budget in maps, or in bytes. */
type WrittenPhase = Experiment['phases'][number];

/**
 * The phases with every budget in maps: for one of bytes the most maps whose encoded values, and whose gradients, take no more
 * than so many bytes a sample of a whole batch; all of them where the codec of the full budget is within it. Throws `bad-experiment`
 * where not even one map is.
 */
export function phasesAt(
  { phases, codec, batchSize }: Pick<Experiment, 'phases' | 'codec' | 'batchSize'>,
  crossing: CutFeatures,
): PhaseSettings[] {
  const codecs = codecSettings(codec);
  return phases.map(({ budget, epochs, codec: written }, i) => {
    const own = ownCodecs(written);
    if (typeof budget !== 'object') return { budget, epochs, own };
    const taken = (maps: Budget): number => bytesOf(maps, crossing, { ...codecs, own }, batchSize);
    if (taken(null) <= budget.bytes) return { budget: 'full', epochs, own };
    requireOneMap(`phases.${i}.budget`, budget, crossing, taken(1));
    return { budget: mostWithin(budget.bytes, crossing.sent[2] - 1, taken), epochs, own };
  });
}

/** The same for what depends on epochs alone. */
export function phasesWithout(phases: readonly WrittenPhase[]): PhaseSettings[] {
  return phases.map(({ epochs }) => ({ budget: 'full', epochs }));
}

/** The budgets of a schedule in maps, the least first, each once; those of all maps left out. */
export function limitedBudgets(phases: readonly PhaseSettings[]): number[] {
  const limited = phases.flatMap(({ budget }) => (budget === 'full' ? [] : [budget]));
  return [...new Set(limited)].sort((a, b) => a - b);
}

/** Bytes a sample of what takes more, maps or gradients, in a batch of so many; without headers, mask and labels. */
function bytesOf(budget: Budget, { sent, clientTrains }: CutFeatures, codecs: CodecSettings, samples: number): number {
  const [height, width, total] = sent;
  const { up, down } = codecsFor(budget, codecs);
  const shape = [samples, height, width, budget ?? total] as const;
  const sizes = [up, ...(clientTrains ? [down] : [])].map((choice) => mostBytes(sizeOf(choice, shape)));
  return Math.max(...sizes) / samples;
}

/** More maps take no fewer bytes, so that halving finds the most. */
function mostWithin(bytes: number, maps: number, taken: (maps: number) => number): number {
  let [low, high] = [1, maps];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (taken(middle) <= bytes) low = middle;
    else high = middle - 1;
  }
  return low;
}

function requireOneMap(
  path: string,
  budget: { readonly bytes: number },
  { sent: [height, width, total] }: CutFeatures,
  needed: number,
): void {
  if (needed <= budget.bytes) return;
  const expected =
    `${Math.ceil(needed)} bytes or more, what one of the ${total} maps of ${height} × ${width} takes with these codecs; ` +
    'choose a smaller codec, or cut where maps are smaller';
  throwProblems('The experiment', [problem(path, budget, expected)]);
}
