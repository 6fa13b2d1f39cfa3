import { clientPart, serverPart } from '../model/parts.ts';
import type { Link, Start } from '../model/entries/entry.ts';
import type { Cut, ModuleSpec, NetworkSpec, Shape } from '../model/spec.ts';
import type { Budget } from '../records/column.ts';

/**
 * What the halves of a network are timed by: its layers, and the two edges where they are cut. An edge is the module, if there is
 * one, with the values read from the engine and given to it, as these cross the network. Two pieces of one key take the same time.
 */
export type Piece =
  | {
      readonly kind: 'layer';
      readonly link: Link;
      /** Whether nothing stands before it that a gradient would be for. */
      readonly first: boolean;
    }
  | EdgePiece;

export interface EdgePiece {
  readonly kind: 'client edge' | 'server edge';
  readonly module: ModuleSpec | null;
  /** What comes before compression. */
  readonly before: Start;
  /** What crosses the network at full budget. */
  readonly sent: Shape;
  /** Maps kept; null is the full budget. */
  readonly kept: Budget;
  /** Whether the gradient goes on from here. */
  readonly passesOn: boolean;
}

/** Text that stands for a piece, the same for two that take the same time. */
export function keyOf(piece: Piece): string {
  if (piece.kind === 'layer') {
    const { entry, place } = piece.link;
    const { input, nodes, fold, pooling, handsOn } = place;
    return JSON.stringify(['layer', entry, input, nodes, fold, pooling, handsOn, piece.first]);
  }
  const { kind, module, before, sent, kept, passesOn } = piece;
  return JSON.stringify([kind, module, before.input, before.nodes, sent, kept, passesOn]);
}

/** The pieces of the client's half in the order of its forward pass. Throws what clientPart throws. */
export function clientPieces(network: NetworkSpec, cut: Cut, budget: Budget): Piece[] {
  const { chain, before, cutShape } = clientPart(network, cut);
  const layers = chain.links.map((link, i): Piece => ({ kind: 'layer', link, first: i === 0 }));
  const passesOn = trains(chain.links);
  return [...layers, { kind: 'client edge', module: cut.module, before, sent: cutShape, kept: budget, passesOn }];
}

/** The same of the server's half. */
export function serverPieces(network: NetworkSpec, cut: Cut, budget: Budget): Piece[] {
  const { chains, before, cutShape } = serverPart(network, cut);
  const passesOn = cut.module !== null || trains(clientPart(network, cut).chain.links);
  const layers = chains
    .flatMap(({ links }) => links)
    .map((link, i): Piece => ({ kind: 'layer', link, first: i === 0 && !passesOn }));
  return [{ kind: 'server edge', module: cut.module, before, sent: cutShape, kept: budget, passesOn }, ...layers];
}

function trains(links: readonly Link[]): boolean {
  return links.some(({ entry, type, place }) => type.cost(entry, place).parameters > 0);
}

/**
 * The budgets that modules at a cut are timed at, ascending: what others take lies between. Nodes have no convolution, but are
 * masked.
 */
export function timedBudgets(module: ModuleSpec | null, [, , maps]: Shape): Budget[] {
  if (!module) return [null];
  return [
    ...[...new Set([4, Math.round(maps / 4)])].filter((kept) => kept >= 1 && kept < maps).sort((a, b) => a - b),
    null,
  ];
}
