import type { Computing, FamilyChartSpec, FamilyLink } from '../kinds/family.ts';
import { lookIndex, type Looks } from './looks.ts';

/** A model set as charts see it; its manifest is one. */
export interface FamilySet {
  readonly name: string;
  readonly pairs: readonly FamilyPair[];
}

export interface FamilyPair {
  /** How many maps it sends; null is all of them. */
  readonly budget: number | null;
  readonly testAccuracy: number;
  readonly client: FamilyHalf;
  readonly server: FamilyHalf;
  /** Bytes of one sample by codec. */
  readonly traffic: readonly { readonly codec: string; readonly up: number; readonly down: number }[];
}

interface FamilyHalf {
  readonly multiplyAdds: number;
}

/** A pair of a set with what it costs. */
export interface FamilyPoint {
  readonly set: string;
  readonly pair: FamilyPair;
  readonly computing: Computing | null;
  /** Bytes, seconds or multiply-adds, as the chart asks. */
  readonly cost: number;
}

/** The pairs of a set from the cheapest on. */
export interface FamilyLine {
  readonly set: string;
  readonly look: number;
  readonly points: readonly FamilyPoint[];
}

/** A line for each set; pairs that do not know the codec are left out. */
export function familyLines(sets: readonly FamilySet[], spec: FamilyChartSpec, looks?: Looks): FamilyLine[] {
  const lookOf = lookIndex(
    sets.map(({ name }) => ({ family: name })),
    looks,
  );
  return sets.map(({ name, pairs }) => {
    const points = pairs.map((pair, i): FamilyPoint => {
      const computing = spec.compute?.[name]?.[i] ?? null;
      return { set: name, pair, computing, cost: familyCost(pair, spec, computing) };
    });
    const there = points.filter(({ cost }) => !Number.isNaN(cost)).sort((a, b) => a.cost - b.cost);
    return { set: name, look: lookOf(name, name), points: there };
  });
}

/** What a request costs with a pair; NaN where it does not know the codec. */
function familyCost(pair: FamilyPair, { x, codec, link }: FamilyChartSpec, computing: Computing | null): number {
  if (x === 'client-work') return pair.client.multiplyAdds;
  const traffic = pair.traffic.find((each) => each.codec === codec);
  if (!traffic) return NaN;
  if (x === 'bytes') return traffic.up + traffic.down;
  return networkSeconds(traffic, link) + (computing ? computing.client + computing.server : 0);
}

/** Seconds that the network takes for one sample there and its logits back. */
export function networkSeconds({ up, down }: { readonly up: number; readonly down: number }, link: FamilyLink): number {
  return link.rttMs / 1000 + (8 * up) / (1e6 * link.up) + (8 * down) / (1e6 * link.down);
}
