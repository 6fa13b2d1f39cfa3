import { describe, expect, it } from 'vitest';
import { encodeSafetensors } from '../../../../main/model/safetensors.ts';
import type { NamedTensor } from '../../../../main/model/state.ts';
import {
  decodeAverage,
  decodeAveraged,
  encodeAverage,
  encodeAveraged,
} from '../../../../main/offload/protocol/average.ts';
import { decodeCodecState, encodeCodecState } from '../../../../main/offload/protocol/codec-state.ts';
import { decodeHalfState, encodeHalfState } from '../../../../main/offload/protocol/half-state.ts';
import { headerBytes } from '../../../../main/offload/protocol/header.ts';
import { decodeState, encodeState, stateHeader } from '../../../../main/offload/protocol/state-part.ts';

const tensor = (...values: number[]): NamedTensor => ({ shape: [values.length], data: Float32Array.from(values) });
const malformed = expect.objectContaining({ code: 'message-malformed' }) as unknown as Error;
const truncated = expect.objectContaining({ code: 'message-truncated' }) as unknown as Error;
const invalid = expect.objectContaining({ code: 'safetensors-invalid' }) as unknown as Error;

describe('the state of a half', () => {
  it('is one file, in which a velocity has the name of its weight after "momentum."', () => {
    const weights = { 'a.weight': tensor(1, 2), 'a.momentum.weight': tensor(3) };
    const momentum = { 'a.weight': tensor(4, 5) };
    const bytes = encodeHalfState({ weights, momentum });
    expect(bytes).toEqual(encodeSafetensors({ ...weights, 'momentum.a.weight': tensor(4, 5) }));
    expect(decodeHalfState(bytes)).toEqual({ weights, momentum });
    expect(decodeHalfState(encodeHalfState({ weights, momentum: {} }))).toEqual({ weights, momentum: {} });
    expect(() => decodeHalfState(Uint8Array.of(1, 2, 3))).toThrow(invalid);
  });
});

describe('a part of it on its way', () => {
  it('arrives with its place in the whole, beyond 4 GB too', () => {
    for (const [offset, total] of [
      [0, 3],
      [5_000_000_000, 5_000_000_003],
      [7, 20],
    ]) {
      const message = encodeState({ offset, total, bytes: Uint8Array.of(7, 8, 9) });
      expect(message).toHaveLength(stateHeader + 3);
      expect(decodeState(message)).toEqual({ offset, total, bytes: Uint8Array.of(7, 8, 9) });
    }
  });

  it('is refused where it does not lie in the whole', () => {
    const message = encodeState({ offset: 8, total: 10, bytes: Uint8Array.of(7, 8, 9) });
    expect(() => decodeState(message)).toThrow(malformed);
    expect(() => decodeState(encodeState({ offset: 0, total: 2 ** 53, bytes: new Uint8Array(0) }))).toThrow(malformed);
    expect(() => decodeState(message.subarray(0, stateHeader - 1))).toThrow(truncated);
  });
});

describe('the state of the codecs', () => {
  it('arrives as it was sent, or as nothing where it is asked for', () => {
    const state = { '0.up.lost': tensor(1, 2) };
    expect(decodeCodecState(encodeCodecState(state))).toEqual(state);
    expect(decodeCodecState(encodeCodecState({}))).toEqual({});
    const question = encodeCodecState(null);
    expect(question).toHaveLength(headerBytes);
    expect(decodeCodecState(question)).toBeNull();
    expect(() => decodeCodecState(Uint8Array.of(...question, 1))).toThrow(invalid);
  });
});

describe('an average', () => {
  const state = Uint8Array.of(1, 2, 3);

  it('and what a source gives to it arrive as they were sent', () => {
    expect(decodeAverage(encodeAverage({ round: 3, samples: 70_000, state }))).toEqual({
      round: 3,
      samples: 70_000,
      state,
    });
    expect(decodeAveraged(encodeAveraged({ round: 3, sources: 2, state }))).toEqual({ round: 3, sources: 2, state });
    expect(encodeAverage({ round: 0, samples: 1, state })).toHaveLength(16 + 3);
  });

  it('of nothing, and one that is no average, are refused', () => {
    const none = encodeAverage({ round: 0, samples: 0, state });
    expect(() => decodeAverage(none)).toThrow(malformed);
    expect(() => decodeAverage(none)).toThrow('counts 0 samples');
    expect(() => decodeAveraged(encodeAveraged({ round: 0, sources: 0, state }))).toThrow('counts 0 sources');
    expect(() => decodeAveraged(none)).toThrow(expect.objectContaining({ code: 'message-type' }));
    expect(() => decodeAverage(none.subarray(0, 15))).toThrow(truncated);
  });
});
