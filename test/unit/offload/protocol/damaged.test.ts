import { describe, expect, it } from 'vitest';
import { readHeader } from '../../../../main/offload/protocol/header.ts';
import {
  decodeEvaluate,
  decodeInfer,
  decodeScore,
  decodeStep,
  encodeGradient,
  encodeScore,
} from '../../../../main/offload/protocol/messages.ts';
import { countValues } from '../../../../main/offload/protocol/sections.ts';
import { random } from '../../../../main/random.ts';
import { gradientIn, inferIn, openedCodecs, placeOf, stepIn } from '../../../support/codecs.ts';
import { codeOf } from '../../../support/failures.ts';
import { vggStep } from './vgg-step.ts';

const read = { step: decodeHere(decodeStep), evaluate: decodeHere(decodeEvaluate), infer: decodeHere(decodeInfer) };

function decodeHere<T>(decode: (bytes: Uint8Array, codecs: typeof openedCodecs) => T): (bytes: Uint8Array) => T {
  return (bytes) => decode(bytes, openedCodecs);
}

describe('damaged messages', () => {
  const messages = [
    { name: 'step', decode: read.step, bytes: stepIn('float16', 'float16', vggStep(4)) },
    { name: 'compressed step', decode: read.step, bytes: stepIn('int8+deflate', 'float16', vggStep(4)) },
    { name: 'full step', decode: read.step, bytes: stepIn('float32', 'float16', vggStep(128)) },
    { name: 'inference', decode: read.infer, bytes: inferIn('float16-scaled', vggStep(4)) },
    {
      name: 'gradient',
      decode: (bytes: Uint8Array) => gradientIn('float16', bytes, { selection: null, shape: [1, 4, 4], total: 4 }),
      bytes: encodeGradient(
        { gradient: new Float32Array(64), shape: [1, 4, 4, 4], loss: 1, correct: 0, serverSeconds: 0, waitSeconds: 0 },
        openedCodecs,
        { answerCodec: placeOf('float16'), selection: null },
      ),
    },
    {
      name: 'score',
      decode: decodeScore,
      bytes: encodeScore({ samples: 9, loss: 1, correct: 3, serverSeconds: 0, waitSeconds: 0 }),
    },
  ];

  it.each(messages)('a truncated or prolonged $name is refused', ({ decode, bytes }) => {
    for (let length = 0; length < bytes.length; length += 1 + (length >> 5)) {
      expect(codeOf(() => decode(bytes.subarray(0, length)))).toMatch(/^message-(truncated|malformed)$/);
    }
    expect(codeOf(() => decode(new Uint8Array([...bytes, 0])))).toMatch(/^message-(trailing|malformed)$/);
  });

  it.each(messages)('a mutated $name is read or refused, never more', ({ decode, bytes }) => {
    const source = random(1, 'mutate');
    for (let round = 0; round < 300; round++) {
      const mutated = bytes.slice();
      for (let change = source.integer(3); change >= 0; change--) {
        mutated[source.integer(Math.min(mutated.length, 100))] = source.integer(256);
      }
      codeOf(() => decode(mutated));
    }
  });

  it('hold no empty tensor and none of more than 2^26 values', () => {
    expect(countValues([2 ** 13, 2 ** 13])).toBe(2 ** 26);
    expect(codeOf(() => countValues([2 ** 26 + 1]))).toBe('message-oversized');
    expect(codeOf(() => countValues([5, 0, 3]))).toBe('message-malformed');
  });

  it('an announced size beyond the limit is refused before memory is taken', () => {
    const bytes = stepIn('float16+deflate', 'float16', vggStep(4));
    new DataView(bytes.buffer).setUint32(12, 0xffffffff, true);
    expect(codeOf(() => read.step(bytes))).toBe('message-oversized');
  });

  it('another version, type and protocol are told apart', () => {
    const bytes = encodeScore({ samples: 9, loss: 1, correct: 3, serverSeconds: 0, waitSeconds: 0 });
    const changed = (at: number, value: number) => codeOf(() => decodeScore(bytes.with(at, value)));
    expect(changed(0, 0x47)).toBe('message-malformed');
    expect(changed(1, 0x4d)).toBe('message-malformed');
    expect(codeOf(() => readHeader(bytes.with(3, 0xee)))).toBe('message-type');
    expect(changed(2, 1)).toBe('message-version');
    expect(changed(3, 0x10)).toBe('message-type');
    expect(changed(3, 0xee)).toBe('message-type');
  });
});
