import { formatSooner } from './against-scratch.ts';
import { formatBytes, formatPercent } from '../formats.ts';
import type { Questions } from './measures.ts';
import { baselineOf, formatSaving, type Result } from './results.ts';

/** What a comparison comes to, in a sentence: the figure in it stands out. */
export interface Claim {
  readonly before: string;
  readonly figure: string;
  readonly after: string;
}

/** A saving below this is none. */
const leastSaving = 1.05;
/** Sentences of one kind. */
const mostClaims = 3;

/**
 * What there is to say at first sight: what a training that changed its budget saves at the accuracy of the baseline,
 * how much sooner smaller pairs are there than from scratch, or else the most that any training saves.
 */
export function claimsOf(results: readonly Result[], questions: Questions, chosen: string | null = null): Claim[] {
  const baseline = baselineOf(results, chosen);
  const savers = results
    .filter((result) => baseline && result.id !== baseline.id && (result.saving ?? 0) >= leastSaving)
    .sort((a, b) => b.saving! - a.saving!);
  const same = savers.find((result) => result.budget === baseline!.budget && changedBudget(result));
  const sooner = results.filter(({ scratch }) => scratch && scratch.factor >= leastSaving).slice(0, mostClaims);
  if (same || sooner.length > 0) {
    return [...(same ? [savingClaim(same, baseline!, questions)] : []), ...sooner.map(soonerClaim)];
  }
  return savers.slice(0, 1).map((result) => savingClaim(result, baseline!, questions));
}

/** The sentence as one text. */
export function claimText({ before, figure, after }: Claim): string {
  return `${before}${figure}${after}`;
}

function changedBudget({ trainings }: Result): boolean {
  return trainings.some(({ epochs, budget }) => epochs.some((epoch) => epoch.budget !== budget));
}

function savingClaim({ label, saving, values }: Result, baseline: Result, { reach }: Questions): Claim {
  const [bytes, most] = [values, baseline.values].map(({ price }) => formatBytes(price!.mean));
  const end = baseline.values.last?.mean ?? NaN;
  const share = Math.abs(reach / end - 0.95) < 0.001 ? `, 95 % of what ${baseline.label} ended with,` : '';
  return {
    before: `${label} reaches ${formatPercent(reach)}${share} with `,
    figure: `${formatSaving(saving)} bytes`,
    after: ` than ${baseline.label}: ${bytes} for ${most}.`,
  };
}

function soonerClaim({ label, scratch }: Result): Claim {
  const { level, epochs, scratchEpochs } = scratch!;
  const count = (value: number): string => String(Number(value.toFixed(1)));
  return {
    before: `${label} reaches ${formatPercent(level)} in ${count(epochs)} ${epochs === 1 ? 'epoch' : 'epochs'} from the pair before it, ${scratch!.label} in ${count(scratchEpochs)}: `,
    figure: formatSooner(scratch),
    after: '.',
  };
}
