import { describe, expect, it } from 'vitest';
import { codecChoice, type CodecName } from '../../../../main/offload/codecs/table.ts';
import {
  decodeLogits,
  decodeScore,
  encodeGradient,
  encodeLogits,
  encodeScore,
  gradientSections,
  totalBytes,
} from '../../../../main/offload/protocol/messages.ts';
import { gradientIn, openedCodecs, placeOf } from '../../../support/codecs.ts';
import { codeOf } from '../../../support/failures.ts';

const sent = { selection: null, shape: [2, 3, 3] as const, total: 4 };

describe('answers', () => {
  const answer = { loss: 2.302585092994046, correct: 2, serverSeconds: 0.25, waitSeconds: 0.25 };

  const asked = (name: CodecName) => ({ answerCodec: placeOf(name), selection: null });

  it('a gradient arrives as it was sent', () => {
    const shape = [2, 3, 3, 4] as const;
    const gradient = Float32Array.from({ length: 72 }, (_, i) => Math.fround(1e-6 * i));
    const bytes = encodeGradient({ ...answer, gradient, shape }, openedCodecs, asked('float32'));
    expect(gradientIn('float32', bytes, sent)).toEqual({ ...answer, gradient, shape });
    expect(bytes.length).toBe(totalBytes(gradientSections(shape, codecChoice('float32'))));
    const three = { ...sent, selection: { kept: [0, 1, 2], mask: new Float32Array(3) } };
    expect(codeOf(() => gradientIn('float32', bytes, three))).toBe('message-malformed');
    expect(() => gradientIn('float16', bytes, sent)).toThrow(`in codec 0, expected ${placeOf('float16')}.`);
    // A byte without a meaning.
    expect(codeOf(() => gradientIn('float32', bytes.with(9, 1), sent))).toBe('message-malformed');
  });

  it.each([
    ['a map too many', { ...sent, total: 3 }],
    ['a map too few', { ...sent, total: 5 }],
    ['a sample too many', { ...sent, shape: [1, 3, 3] as const }],
    ['other places', { ...sent, shape: [2, 9, 1] as const }],
  ])('refuses a gradient with %s', (_, request) => {
    const gradient = { ...answer, gradient: new Float32Array(72), shape: [2, 3, 3, 4] as const };
    const bytes = encodeGradient(gradient, openedCodecs, asked('float32'));
    expect(codeOf(() => gradientIn('float32', bytes, request))).toBe('message-malformed');
  });

  it('goes without a gradient when the client has nothing to train', () => {
    const shape = [2, 3, 3, 0] as const;
    const whole = { ...answer, gradient: new Float32Array(0), shape };
    const bytes = encodeGradient(whole, openedCodecs, asked('float16+deflate'));
    expect(bytes.length).toBe(44);
    expect(gradientSections(shape, codecChoice('float16+deflate'))).toEqual({
      header: 44,
      gate: 0,
      labels: 0,
      maps: 0,
      exact: true,
    });
    expect(gradientIn('float16+deflate', bytes, { ...sent, wantsGradient: false })).toMatchObject({
      ...answer,
      gradient: new Float32Array(0),
      shape,
    });
  });

  it('a score and logits arrive as they were sent', () => {
    const score = { ...answer, samples: 50 };
    expect(decodeScore(encodeScore(score))).toEqual(score);
    const logits = {
      logits: Float32Array.of(1, -2, 3, 0, 0.5, 9),
      shape: [2, 3] as const,
      serverSeconds: 0.5,
      waitSeconds: 0.5,
    };
    expect(decodeLogits(encodeLogits(logits))).toEqual(logits);
  });

  it('logits of a pair tell the size of their batch, which has at least their own samples', () => {
    const times = { serverSeconds: 0.5, waitSeconds: 0.25 };
    const logits = { ...times, logits: Float32Array.of(1, -2, 3, 0, 0.5, 9), shape: [2, 3] as const };
    for (const batch of [2, 0xffffffff])
      expect(decodeLogits(encodeLogits({ ...logits, batch }))).toEqual({ ...logits, batch });
    expect(codeOf(() => decodeLogits(encodeLogits({ ...logits, batch: 1 })))).toBe('message-malformed');
    const whole = encodeLogits({ ...logits, batch: 8 });
    expect(codeOf(() => decodeLogits(whole.subarray(0, -1)))).toBe('message-truncated');
    expect(codeOf(() => decodeLogits(Uint8Array.of(...whole, 0)))).toBe('message-trailing');
  });

  it('refuses the loss of a diverged training on both sides', () => {
    const score = { ...answer, samples: 50 };
    expect(codeOf(() => encodeScore({ ...score, loss: NaN }))).toBe('codec-non-finite');
    const bytes = encodeScore(score);
    new DataView(bytes.buffer).setFloat64(16, Infinity, true);
    expect(() => decodeScore(bytes)).toThrow(expect.objectContaining({ code: 'codec-non-finite', path: 'loss' }));
  });

  const wholeGradient = encodeGradient(
    { ...answer, gradient: new Float32Array(72), shape: [2, 3, 3, 4] },
    openedCodecs,
    asked('float32'),
  );
  const ownGradient = (bytes: Uint8Array) => gradientIn('float32', bytes, sent);
  const wholeScore = encodeScore({ ...answer, samples: 50 });
  const wholeLogits = encodeLogits({ ...answer, logits: Float32Array.of(1), shape: [1, 1] });

  it.each<[string, string, Uint8Array, number, (bytes: Uint8Array) => unknown]>([
    ['loss', 'score', wholeScore, 16, decodeScore],
    ['serverSeconds', 'score', wholeScore, 24, decodeScore],
    ['waitSeconds', 'score', wholeScore, 28, decodeScore],
    ['serverSeconds', 'logits', wholeLogits, 16, decodeLogits],
    ['waitSeconds', 'logits', wholeLogits, 20, decodeLogits],
    ['loss', 'gradient', wholeGradient, 24, ownGradient],
    ['serverSeconds', 'gradient', wholeGradient, 32, ownGradient],
    ['waitSeconds', 'gradient', wholeGradient, 36, ownGradient],
  ])('takes a %s of 0 in a %s, and refuses a negative one by its name', (field, _, bytes, at, decode) => {
    const width = field === 'loss' ? 8 : 4;
    const zero = bytes.slice().fill(0, at, at + width);
    expect(decode(zero)).toMatchObject({ [field]: 0 });
    // The sign of a float is the highest bit of its last byte.
    const last = at + width - 1;
    const negative = () => decode(bytes.with(last, bytes[last] | 0x80));
    expect(codeOf(negative)).toBe('message-malformed');
    expect(negative).toThrow(`The ${field} of an answer`);
  });

  it('refuses a gradient of no maps that has bytes', () => {
    const none = { ...answer, gradient: new Float32Array(0), shape: [2, 3, 3, 0] as const };
    const bytes = Uint8Array.of(...encodeGradient(none, openedCodecs, asked('float32')), 7).with(40, 1);
    expect(codeOf(() => ownGradient(bytes))).toBe('message-malformed');
  });

  it('refuses a negative scale', () => {
    const request = { ...sent, selection: null };
    const whole = { ...answer, gradient: Float32Array.from({ length: 72 }, (_, i) => i), shape: [2, 3, 3, 4] as const };
    for (const [name, last] of [
      ['int8', 47],
      ['float16-scaled', 47],
    ] as const) {
      const bytes = encodeGradient(whole, openedCodecs, asked(name));
      gradientIn(name, bytes, request);
      expect(
        codeOf(() => gradientIn(name, bytes.with(last, bytes[last] | 0x80), request)),
        name,
      ).toBe('message-malformed');
    }
  });

  it('refuses more hits than samples', () => {
    expect(codeOf(() => decodeScore(encodeScore({ ...answer, samples: 1 })))).toBe('message-malformed');
  });
});

/** A gradient of so many maps, for maps that were sent in float32. */
function gradientOf(maps: number): Uint8Array {
  const answer = { loss: 1, correct: 2, serverSeconds: 0, waitSeconds: 0 };
  const gradient = { ...answer, gradient: new Float32Array(18 * maps), shape: [2, 3, 3, maps] as const };
  return encodeGradient(gradient, openedCodecs, { answerCodec: placeOf('float32'), selection: null });
}

it.each([
  [true, 4, 0],
  [false, 0, 4],
])('to a session that wants gradients: %s, one of %d maps is an answer and one of %d is none', (wants, maps, other) => {
  const asked = { ...sent, wantsGradient: wants };
  expect(gradientIn('float32', gradientOf(maps), asked).gradient).toHaveLength(18 * maps);
  expect(() => gradientIn('float32', gradientOf(other), asked)).toThrow(
    expect.objectContaining({
      code: 'message-malformed',
      message: `A gradient of [2, 3, 3, ${other}] answers maps of [2, 3, 3, 4], expected [2, 3, 3, ${maps}].`,
    }),
  );
});
