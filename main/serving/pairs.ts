import { SluiceError } from '../errors.ts';
import { clientPart } from '../model/parts.ts';
import type { Cut, Shape } from '../model/spec.ts';
import type { ServedSet, SessionRequest } from '../offload/protocol/control.ts';
import type { Extent, Selection } from '../offload/protocol/messages.ts';
import type { Budget } from '../records/column.ts';
import type { ReadSet } from '../sets/files.ts';
import { budgetName, cutOf, networkOf, requestBudget } from '../sets/pair.ts';
import { isDeepStrictEqual } from 'node:util';

/** A pair of a set whose server half is loaded. */
export interface ServedPair {
  /** `<set>-<budget>`, as in paths: the name of the model in the Open Inference Protocol. */
  readonly name: string;
  readonly set: string;
  readonly budget: Budget;
  /** As a session for it names them. */
  readonly model: SessionRequest['model'];
  readonly cut: Cut;
  /** φ maps at the cut, [h, w, φ]; nodes of an MLP are [1, 1, φ]. */
  readonly sent: Shape;
  readonly nodes: boolean;
  /**
   * Of a pair that is whole: what its own client half keeps of the maps, as requests say that come in Sluice's protocol, and
   * those of the Open Inference Protocol do not. Null where all φ maps are sent, unmasked.
   */
  readonly selection: Selection | null;
  readonly classes: readonly string[];
}

/** What is served: `selection` of the pairs that are whole, by budget. */
export function servedPairs(
  { name, digest, manifest }: Pick<ReadSet, 'name' | 'digest' | 'manifest'>,
  selections: ReadonlyMap<Budget, Selection>,
): ServedPair[] {
  const network = networkOf(manifest);
  const { classes, shape } = manifest.images;
  const model = { name: network.name, width: manifest.network.width, input: shape, classes: classes.length };
  return manifest.pairs.map((pair) => {
    const cut = cutOf(manifest, pair);
    const { cutShape: sent, before } = clientPart(network, cut);
    const { nodes } = before;
    const selection = requestBudget(pair) === null ? null : (selections.get(pair.budget) ?? null);
    const { budget } = pair;
    return { name: `${name}-${budgetName(budget)}`, set: digest, budget, model, cut, sent, nodes, selection, classes };
  });
}

export function servedSet({ name, digest, manifest }: Pick<ReadSet, 'name' | 'digest' | 'manifest'>): ServedSet {
  return { sha256: digest, name: name.slice(0, 100), budgets: manifest.pairs.map(({ budget }) => budget) };
}

/** The pair a session is for. Throws `pair-missing`, `set-other`, `budget-missing` and `session-mismatch`, naming both sides. */
export function pairFor(
  { pair, model, cut }: SessionRequest,
  sets: readonly ServedSet[],
  pairs: readonly ServedPair[],
): ServedPair {
  const there = namesOf(sets);
  if (!pair) throw pairMissing(sets);
  const set = sets.find(({ sha256 }) => sha256 === pair.set);
  if (!set) {
    const message = `The session is for the model set with the SHA-256 ${pair.set}, the server serves ${there}. Take the same set on both sides.`;
    throw new SluiceError('set-other', message, { path: 'pair.set' });
  }
  const found = pairs.find((served) => served.set === pair.set && served.budget === pair.budget);
  if (!found) {
    const message = `The session is for budget ${budgetName(pair.budget)}, set "${set.name}" of the server has ${set.budgets.map(budgetName).join(', ')}.`;
    throw new SluiceError('budget-missing', message, { path: 'pair.budget' });
  }
  requireSame('model', model, found.model);
  requireSame('cut', cut, found.cut);
  return found;
}

function namesOf(sets: readonly ServedSet[]): string {
  return sets.map(({ name, sha256 }) => `"${name}" (${sha256})`).join(', ');
}

/** Of a session for anything else. */
export function pairMissing(sets: readonly ServedSet[]): SluiceError {
  return new SluiceError(
    'pair-missing',
    `The session names no pair of a model set, and the server is for inference alone: it serves ${namesOf(sets)}. A server for training is started with "sluice offload".`,
    { path: 'pair' },
  );
}

function requireSame(path: 'model' | 'cut', given: unknown, expected: unknown): void {
  if (isDeepStrictEqual(given, expected)) return;
  throw new SluiceError(
    'session-mismatch',
    `The session's ${path} is ${JSON.stringify(given)}, that of the pair is ${JSON.stringify(expected)}.`,
    { path },
  );
}

/** Throws `request-mismatch` unless a request has the maps that the pair sends. */
export function requireSuited({ shape, total, gated }: Extent, { sent, selection }: ServedPair): void {
  const given = [shape[1], shape[2], total];
  const mismatch = (what: string, path: string): SluiceError =>
    new SluiceError('request-mismatch', `A request does not suit its pair. ${what}`, { path });
  if (given.join() !== sent.join())
    throw mismatch(`Its maps are [${given.join(', ')}], the pair sends [${sent.join(', ')}].`, 'maps');
  if (gated === (selection !== null)) return;
  throw mismatch(
    gated ? 'It has a gate, and the pair sends all its maps.' : 'It has no gate, and the pair sends some of its maps.',
    'gate',
  );
}
