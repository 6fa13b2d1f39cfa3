import type { CodecChoice } from '../offload/codecs/table.ts';
import type { Budget } from '../records/column.ts';

/**
 * One way to answer a request: a pair of the set under a codec, its server half at the server; or both halves here, where
 * nothing is sent. Pure data, for one image a request.
 */
export interface Candidate {
  readonly place: 'server' | 'client';
  readonly budget: Budget;
  /** Of the maps; null where nothing is sent. */
  readonly codec: CodecChoice | null;
  /** Of the pair on the test images, from 0 to 1. */
  readonly accuracy: number;
  /** Bytes of the two messages; 0 where nothing is sent. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** What is computed here and at the server for one image. */
  readonly clientMultiplyAdds: number;
  readonly serverMultiplyAdds: number;
}

/** What a request is to keep; what is missing has no limit. */
export interface Target {
  /** Seconds that at most one request in twenty may take longer than. */
  readonly latencyP95?: number;
  /** Bytes of a request and its answer together. */
  readonly maxBytes?: number;
}

/** `8 maps, int8`, `all maps, float32`, `8 maps, here`. */
export function candidateWords({ budget, codec, place }: Pick<Candidate, 'budget' | 'codec' | 'place'>): string {
  const maps = budget === null ? 'all maps' : `${budget} ${budget === 1 ? 'map' : 'maps'}`;
  return `${maps}, ${place === 'client' ? 'here' : (codec?.name ?? 'float32')}`;
}

/** Accuracies nearer than this are the same: a test on 10,000 images cannot tell them apart. */
const indistinguishable = 0.002;

/**
 * Most accurate first; of those whose accuracy is the same the one that sends least, and those that are computed here last:
 * a server that is there is to be used. Left out are those that are nowhere better than one before them. The controller takes
 * them in this order.
 */
export function byAccuracy(candidates: readonly Candidate[]): Candidate[] {
  const left = [...candidates].sort((a, b) => b.accuracy - a.accuracy);
  const ordered: Candidate[] = [];
  while (left.length > 0) {
    const [{ accuracy: best }] = left;
    const count = left.filter(({ accuracy }) => accuracy >= best - indistinguishable).length;
    const rank = (each: Candidate): number => (each.place === 'client' ? Infinity : bytesOf(each));
    ordered.push(...left.splice(0, count).sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b))));
  }
  return ordered.filter((candidate, i) => !ordered.slice(0, i).some((before) => isNowhereWorse(before, candidate)));
}

function isNowhereWorse(one: Candidate, other: Candidate): boolean {
  const costs = ['bytesUp', 'bytesDown', 'clientMultiplyAdds', 'serverMultiplyAdds'] as const;
  return one.place === other.place && costs.every((cost) => one[cost] <= other[cost]);
}

/** Bytes of a request and its answer. */
export function bytesOf({ bytesUp, bytesDown }: Candidate): number {
  return bytesUp + bytesDown;
}
