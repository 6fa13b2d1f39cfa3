import { describeCut } from '../model/describe.ts';
import { SluiceError } from '../errors.ts';
import type { Cut, NetworkSpec } from '../model/spec.ts';
import type { Budget } from '../records/column.ts';
import { featuresOf } from './features.ts';
import { clientPieces, keyOf, serverPieces, timedBudgets, type Piece } from './pieces.ts';
import type { BothTimes } from './time-halves.ts';

/** Seconds that one piece takes for a batch: on the way forward and back in training, and in inference. */
export type PieceTimes = readonly [forward: number, backward: number, infer: number];

/** By the key of the piece. */
export type TimeTable = Readonly<Record<string, PieceTimes>>;

/** Seconds that a half takes for a batch. */
export interface HalfTimes {
  /** A whole training step of it: forward, backward, update. */
  readonly train: number;
  readonly infer: number;
}

/** What the halves of a network take at any cut, for batches of one size. */
export interface ComputeTimes {
  client(cut: Cut, budget: Budget): HalfTimes;
  server(cut: Cut, budget: Budget): HalfTimes;
}

/** A cut in every place where the module fits, from the image to the end of the body. */
function cutsOf({ body }: NetworkSpec, module: Cut['module']): Cut[] {
  return [0, ...body.map((_, i) => i + 2)].map((layer) => ({ layer, module }));
}

/** Those of them that the network can be built at. */
export function possibleCuts(network: NetworkSpec, module: Cut['module']): Cut[] {
  return cutsOf(network, module).filter((cut) => {
    try {
      describeCut(network, cut);
      return true;
    } catch (error) {
      if (error instanceof SluiceError) return false;
      throw error;
    }
  });
}

/** The pieces of both halves at some cuts, each key once. */
export function piecesAt(network: NetworkSpec, cuts: readonly Cut[]): Piece[] {
  const byKey = new Map<string, Piece>();
  for (const cut of cuts) {
    for (const kept of timedBudgets(cut.module, describeCut(network, cut).sent)) {
      for (const piece of [...clientPieces(network, cut, kept), ...serverPieces(network, cut, kept)]) {
        byKey.set(keyOf(piece), piece);
      }
    }
  }
  return [...byKey.values()];
}

/** What there is to a run beyond pieces timed one by one: memory and caches that two processes take turns with. */
export interface Beyond {
  /** How many times as long as its pieces together a half really takes. */
  readonly client: HalfTimes;
  readonly server: HalfTimes;
  /** Seconds that a message takes more, one way, than between halves that compute nothing; for each of its values besides. */
  readonly wire: { readonly message: number; readonly value: number };
}

export interface BatchTimes {
  readonly pieces: TimeTable;
  readonly beyond: Beyond;
}

/** What a half takes is the sum of what its pieces take, and what is beyond them. Throws for a piece that was not timed. */
export function tableTimes(network: NetworkSpec, { pieces, beyond }: BatchTimes): ComputeTimes {
  const sums = new Map<string, HalfTimes>();
  const sumAt = (side: 'client' | 'server', cut: Cut, kept: Budget): HalfTimes => {
    const key = JSON.stringify([side, cut, kept]);
    const of = side === 'client' ? clientPieces : serverPieces;
    const sum = sums.get(key) ?? sumOf(pieces, of(network, cut, kept));
    sums.set(key, sum);
    return sum;
  };
  const at = (side: 'client' | 'server', cut: Cut, budget: Budget): HalfTimes => {
    const { sent } = featuresOf(network, cut);
    const timed = timedBudgets(cut.module, sent);
    const { train, infer } = between(timed, sent[2], budget, (kept) => sumAt(side, cut, kept));
    return { train: train * beyond[side].train, infer: infer * beyond[side].infer };
  };
  return { client: (cut, budget) => at('client', cut, budget), server: (cut, budget) => at('server', cut, budget) };
}

function sumOf(table: TimeTable, pieces: readonly Piece[]): HalfTimes {
  const times = pieces.map((piece) => timesIn(table, piece));
  return {
    train: times.reduce((total, [forward, backward]) => total + forward + backward, 0),
    infer: times.reduce((total, [, , infer]) => total + infer, 0),
  };
}

/** Where the halves of a network are timed whole: in the middle. */
export function middleCut(network: NetworkSpec, module: Cut['module']): Cut {
  const cuts = possibleCuts(network, module);
  return cuts[cuts.length >> 1];
}

/** What is beyond the pieces, from both halves whole at a cut, at the least and the full budget, and the wire alone. */
export function beyondPieces(
  network: NetworkSpec,
  cut: Cut,
  pieces: TimeTable,
  whole: readonly BothTimes[],
  wire: Beyond['wire'],
): Beyond {
  const ratio = (side: 'client' | 'server', of: typeof clientPieces): HalfTimes => {
    const sums = whole.map(({ budget }) => sumOf(pieces, of(network, cut, budget)));
    const mean = (what: keyof HalfTimes): number =>
      whole.reduce((sum, each, i) => sum + each[side][what] / sums[i][what], 0) / whole.length;
    return { train: mean('train'), infer: mean('infer') };
  };
  return {
    client: ratio('client', clientPieces),
    server: ratio('server', serverPieces),
    wire: wireBeyond(whole, wire),
  };
}

/** A line through what the least and the most values took more; never less than nothing. */
function wireBeyond(whole: readonly BothTimes[], { message, value }: Beyond['wire']): Beyond['wire'] {
  const more = whole.map(({ wire, values }) => wire - 2 * message - values * value);
  const [least, most] = [0, whole.length - 1];
  const apart = whole[most].values - whole[least].values;
  const perValue = apart > 0 ? Math.max(0, (more[most] - more[least]) / apart) : 0;
  return { message: Math.max(0, (more[least] - perValue * whole[least].values) / 2), value: perValue };
}

function timesIn(table: TimeTable, piece: Piece): PieceTimes {
  const times = table[keyOf(piece)];
  if (times) return times;
  throw new Error(`This piece was not timed: ${keyOf(piece)}.`);
}

/** Times at a budget, on the line between those at the timed budgets around it; below the least as there, beyond the maps as at all of them. */
export function between(
  timed: readonly Budget[],
  maps: number,
  budget: Budget,
  at: (kept: Budget) => HalfTimes,
): HalfTimes {
  const wanted = Math.min(budget ?? maps, maps);
  const above = wanted === maps ? timed.length - 1 : timed.findIndex((kept) => (kept ?? maps) >= wanted);
  const upper = at(timed[above]);
  const highest = timed[above] ?? maps;
  if (above === 0 || highest === wanted) return upper;
  const lowest = timed[above - 1] ?? maps;
  const lower = at(lowest);
  const share = (wanted - lowest) / (highest - lowest);
  return {
    train: lower.train + share * (upper.train - lower.train),
    infer: lower.infer + share * (upper.infer - lower.infer),
  };
}

/** The mean of the faster half: in the others the machine did something else besides. Means add up, as medians do not. */
export function typical(values: readonly number[]): number {
  const faster = [...values].sort((a, b) => a - b).slice(0, Math.ceil(values.length / 2));
  return faster.reduce((total, value) => total + value, 0) / faster.length;
}
