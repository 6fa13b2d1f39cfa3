import { bestScore, reachedBy } from '../achievement.ts';
import type { TrainingData } from '../data.ts';

/** How soon a pair that went on from the one before it got as far as the same pair did from scratch. */
export interface AgainstScratch {
  /** What the pair from scratch is called. */
  readonly label: string;
  /** The best accuracy that both reach. */
  readonly level: number;
  /** Epochs of its own that each took to get there, over the seeds on average. */
  readonly epochs: number;
  readonly scratchEpochs: number;
  /** How many times the epochs go into those from scratch. */
  readonly factor: number;
}

/** `6× fewer epochs`, `1.2× more epochs`. */
export function formatSooner(against: AgainstScratch | null): string {
  if (!against) return '–';
  const { factor } = against;
  const times = Number((factor < 1 ? 1 / factor : factor).toFixed(1));
  return times === 1 ? 'the same number of epochs' : `${times}× ${factor < 1 ? 'more' : 'fewer'} epochs`;
}

/** Null for what began with new weights itself, and where nothing that did has the same network, cut and budget. */
export function againstScratch(
  family: readonly TrainingData[],
  families: readonly (readonly TrainingData[])[],
): AgainstScratch | null {
  const [first] = family;
  if (!wentOn(first)) return null;
  const scratch = families.find(
    ([other]) =>
      isFromScratch(other) &&
      other.network === first.network &&
      other.testSet === first.testSet &&
      other.budget === first.budget,
  );
  if (!scratch || ![...family, ...scratch].every(({ epochs }) => epochs.length > 0)) return null;
  const level = Math.min(...[family, scratch].map((members) => mean(members.map(({ epochs }) => bestScore(epochs)))));
  const [epochs, scratchEpochs] = [family, scratch].map((members) =>
    mean(members.map((each) => epochsTo(each, level))),
  );
  return { label: scratch[0].family, level, epochs, scratchEpochs, factor: scratchEpochs / epochs };
}

function wentOn({ start, epochs }: TrainingData): boolean {
  return start.epoch > 0 && epochs.length > 0;
}

/** New weights, and one budget throughout. */
function isFromScratch({ start, budget, epochs }: TrainingData): boolean {
  return start.epoch === 0 && epochs.every((epoch) => epoch.budget === budget);
}

/** To the level, or to its own best where a seed does not get there. */
function epochsTo({ epochs }: TrainingData, level: number): number {
  return reachedBy(epochs, Math.min(level, bestScore(epochs)))?.epochs ?? NaN;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
