import { malformed, viewOfType, withHeader } from './header.ts';

/** A source's share of an average of the client halves (SplitFed). */
export interface AverageRequest {
  /** Counts a run's averages, from 0. */
  readonly round: number;
  /** Training samples since the average before: the weight of this source. */
  readonly samples: number;
  /** The client half's weights, a safetensors file. */
  readonly state: Uint8Array;
}

export interface AverageAnswer {
  readonly round: number;
  /** How many sources went into the average. */
  readonly sources: number;
  readonly state: Uint8Array;
}

const averageHeader = 16;

export function encodeAverage({ round, samples, state }: AverageRequest): Uint8Array {
  return encode('average', round, samples, state);
}

/** The state is a view of the message. */
export function decodeAverage(bytes: Uint8Array): AverageRequest {
  const { round, count: samples, state } = decode('average', bytes);
  return { round, samples, state };
}

export function encodeAveraged({ round, sources, state }: AverageAnswer): Uint8Array {
  return encode('averaged', round, sources, state);
}

export function decodeAveraged(bytes: Uint8Array): AverageAnswer {
  const { round, count: sources, state } = decode('averaged', bytes);
  return { round, sources, state };
}

function encode(type: 'average' | 'averaged', round: number, count: number, state: Uint8Array): Uint8Array {
  const view = withHeader(type, averageHeader + state.length);
  view.setUint32(8, round, true);
  view.setUint32(12, count, true);
  const bytes = new Uint8Array(view.buffer);
  bytes.set(state, averageHeader);
  return bytes;
}

function decode(type: 'average' | 'averaged', bytes: Uint8Array): { round: number; count: number; state: Uint8Array } {
  const view = viewOfType(type, bytes, averageHeader);
  const count = view.getUint32(12, true);
  if (count === 0) throw malformed(`An ${type} message counts 0 ${type === 'average' ? 'samples' : 'sources'}.`);
  return { round: view.getUint32(8, true), count, state: bytes.subarray(averageHeader) };
}
