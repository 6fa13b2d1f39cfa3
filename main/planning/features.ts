import type { Cut, NetworkSpec } from '../model/spec.ts';
import { featuresAt, type CutFeatures } from '../runs/experiment/features.ts';

const known = new WeakMap<NetworkSpec, Map<string, CutFeatures>>();

/** What crosses the network at a cut; worked out once for each, as a plan asks for it again and again. Throws what describeCut throws. */
export function featuresOf(network: NetworkSpec, cut: Cut): CutFeatures {
  const ofNetwork = known.get(network) ?? new Map<string, CutFeatures>();
  known.set(network, ofNetwork);
  const key = JSON.stringify(cut);
  const features = ofNetwork.get(key) ?? featuresAt(network, cut);
  ofNetwork.set(key, features);
  return features;
}
