import { describeCut } from '../model/describe.ts';
import { SluiceError } from '../errors.ts';
import type { Cut, NetworkSpec } from '../model/spec.ts';
import type { Budget } from '../records/column.ts';
import { clientPieces, keyOf, serverPieces, timedBudgets, type Piece } from './pieces.ts';

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
export function cutsOf({ body }: NetworkSpec, module: Cut['module']): Cut[] {
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

/** What a half takes is the sum of what its pieces take. Throws for a piece that was not timed. */
export function tableTimes(network: NetworkSpec, table: TimeTable): ComputeTimes {
  const sum = (pieces: readonly Piece[]): HalfTimes => {
    const times = pieces.map((piece) => timesIn(table, piece));
    return {
      train: times.reduce((total, [forward, backward]) => total + forward + backward, 0),
      infer: times.reduce((total, [, , infer]) => total + infer, 0),
    };
  };
  const at = (of: typeof clientPieces, cut: Cut, budget: Budget): HalfTimes => {
    const { sent } = describeCut(network, cut);
    return between(timedBudgets(cut.module, sent), sent[2], budget, (kept) => sum(of(network, cut, kept)));
  };
  return {
    client: (cut, budget) => at(clientPieces, cut, budget),
    server: (cut, budget) => at(serverPieces, cut, budget),
  };
}

function timesIn(table: TimeTable, piece: Piece): PieceTimes {
  const times = table[keyOf(piece)];
  if (times) return times;
  throw new Error(`This piece was not timed: ${keyOf(piece)}.`);
}

/** Times at a budget, on the line between those at the timed budgets around it; below the least as there. */
export function between(
  timed: readonly Budget[],
  maps: number,
  budget: Budget,
  at: (kept: Budget) => HalfTimes,
): HalfTimes {
  const wanted = budget ?? maps;
  const above = budget === null ? timed.length - 1 : timed.findIndex((kept) => (kept ?? maps) >= wanted);
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
