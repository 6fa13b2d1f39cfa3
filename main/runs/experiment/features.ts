import { describeCut } from '../../model/describe.ts';
import type { Cut, NetworkSpec, Shape } from '../../model/spec.ts';

/** What one half sends the other for a step: the shape at the cut, and whether the client has weights to train. */
export interface CutFeatures {
  readonly sent: Shape;
  readonly clientTrains: boolean;
  readonly classes: number;
  /** Training images of a source, for codecs that have to tell them apart; few enough for two bytes unless given. */
  readonly images?: number;
}

/** What crosses the network at a cut. Throws what describeCut throws. */
export function featuresAt(network: NetworkSpec, cut: Cut): CutFeatures {
  const { client, sent } = describeCut(network, cut);
  return { sent, clientTrains: client.some(({ parameters }) => parameters > 0), classes: network.classes };
}
