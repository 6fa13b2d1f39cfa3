import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../../../main/errors.ts';
import { codecNames, type CodecName } from '../../../../main/offload/codecs/index.ts';
import { zstdAvailable } from '../../../../main/offload/codecs/compression.ts';
import {
  decodeEvaluate,
  decodeGradient,
  decodeInfer,
  decodeLogits,
  decodeScore,
  decodeStep,
  encodeEvaluate,
  encodeGradient,
  encodeInfer,
  encodeLogits,
  encodeScore,
  encodeStep,
  gradientSections,
  requestSections,
  totalBytes,
  type StepRequest,
} from '../../../../main/offload/protocol/messages.ts';
import { random } from '../../../../main/random.ts';

const codecs = codecNames.filter((name) => zstdAvailable() || !name.endsWith('zstd'));
const codec = fc.constantFrom(...codecs);
const small = fc.integer({ min: 1, max: 5 });
const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const floats = (length: number) =>
  fc.float32Array({
    minLength: length,
    maxLength: length,
    noNaN: true,
    noDefaultInfinity: true,
    min: -1000,
    max: 1000,
  });

const step: fc.Arbitrary<StepRequest> = fc
  .record({ samples: small, height: small, width: small, total: fc.integer({ min: 1, max: 20 }), gated: fc.boolean() })
  .chain(({ samples, height, width, total, gated }) => {
    const all = Array.from({ length: total }, (_, k) => k);
    return fc
      .record({
        kept: gated ? fc.subarray(all, { minLength: 1 }) : fc.constant(all),
        classes: fc.constantFrom(1, 2, 10, 256, 257, 1000, 65536),
      })
      .chain(({ kept, classes }) =>
        fc.record({
          step: uint32,
          shape: fc.constant([samples, height, width] as const),
          total: fc.constant(total),
          maps: floats(samples * height * width * kept.length),
          selection: gated ? floats(kept.length).map((mask) => ({ kept, mask })) : fc.constant(null),
          classes: fc.constant(classes),
          labels: fc.uint16Array({ minLength: samples, maxLength: samples, max: classes - 1 }),
          learningRate: fc.double({ min: 0, max: 10, noNaN: true }),
        }),
      );
  });

/** VGG11 on CIFAR-10 cut at layer 5, batch 16. */
function vggStep(kept: number): StepRequest {
  return {
    step: 7,
    shape: [16, 8, 8],
    total: 128,
    maps: Float32Array.from({ length: 16 * 64 * kept }, (_, i) => (i % 97) / 97),
    selection:
      kept === 128
        ? null
        : { kept: Array.from({ length: kept }, (_, k) => 3 * k + 1), mask: new Float32Array(kept).fill(0.5) },
    labels: Uint16Array.from({ length: 16 }, (_, i) => i % 10),
    classes: 10,
    learningRate: 0.01,
  };
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof SluiceError) return error.code;
    throw error;
  }
  return 'none';
}

describe('requests', () => {
  it('a step arrives as it was sent', () => {
    fc.assert(
      fc.property(step, (sent) => {
        expect(decodeStep(encodeStep(sent, 'float32', 'float16'))).toEqual({
          ...sent,
          codec: 'float32',
          answerCodec: 'float16',
        });
      }),
    );
  });

  it('everything but the rounding of the maps survives any codec', () => {
    fc.assert(
      fc.property(step, codec, (sent, name) => {
        const received = decodeStep(encodeStep(sent, name, 'float16'));
        expect({ ...received, maps: sent.maps }).toEqual({ ...sent, codec: name, answerCodec: 'float16' });
        expect(received.maps.length).toBe(sent.maps.length);
      }),
    );
  });

  it('arrives in a Buffer at any offset', () => {
    const sent = vggStep(4);
    for (const codec of codecs) {
      const bytes = encodeStep(sent, codec, 'float32');
      for (const offset of [1, 2, 4]) {
        const buffer = Buffer.alloc(bytes.length + offset);
        buffer.set(bytes, offset);
        expect(decodeStep(buffer.subarray(offset))).toEqual(decodeStep(bytes));
      }
    }
  });

  it('an evaluation and an inference arrive as they were sent', () => {
    const { maps, shape, total, selection, labels, classes } = vggStep(4);
    const inference = { maps, shape, total, selection };
    const evaluation = { ...inference, labels, classes };
    expect(decodeEvaluate(encodeEvaluate(evaluation, 'float32'))).toMatchObject(evaluation);
    expect(decodeInfer(encodeInfer(inference, 'float32'))).toMatchObject(inference);
  });

  it.each([
    ['number format', 10],
    ['compression', 11],
    ['step', 28],
    ['learning rate', 39],
  ])('an evaluation and an inference with a %s of a step are refused', (_, at) => {
    const evaluation = encodeEvaluate(vggStep(4), 'float32');
    expect(codeOf(() => decodeEvaluate(evaluation.with(at, 1)))).toBe('message-malformed');
    expect(codeOf(() => decodeInfer(encodeInfer(vggStep(4), 'float32').with(at, 1)))).toBe('message-malformed');
  });

  it('sends what the sections say', () => {
    fc.assert(
      fc.property(step, fc.constantFrom<CodecName>('float32', 'float16', 'int8'), (sent, name) => {
        const extent = { ...sent, kept: sent.selection?.kept.length ?? sent.total, gated: sent.selection !== null };
        expect(encodeStep(sent, name, 'float16').length).toBe(totalBytes(requestSections(extent, name)));
      }),
    );
  });

  it('sends B/φ of the full payload and the stated overhead', () => {
    const full = requestSections({ ...vggStep(128), kept: 128, gated: false }, 'float16');
    const budget = requestSections({ ...vggStep(4), kept: 4, gated: true }, 'float16');
    expect(budget.maps / full.maps).toBe(4 / 128);
    expect(budget).toEqual({ header: 40, gate: 4 * 4 + 16, labels: 16, maps: 8192 });
    expect(encodeStep(vggStep(4), 'float16', 'float16').length).toBe(40 + 32 + 16 + 8192);
    expect(encodeStep(vggStep(128), 'float16', 'float16').length).toBe(40 + 16 + 262144);
  });

  it.each<[string, string, Partial<StepRequest>]>([
    ['maps of the wrong length', 'message-malformed', { maps: new Float32Array(3) }],
    ['a label beyond the classes', 'label-out-of-range', { labels: new Uint16Array(16).fill(10) }],
    ['a missing label', 'message-malformed', { labels: new Uint16Array(15) }],
    ['unsorted maps', 'message-malformed', { selection: { kept: [1, 0, 2, 3], mask: new Float32Array(4) } }],
    ['a map twice', 'message-malformed', { selection: { kept: [1, 1, 2, 3], mask: new Float32Array(4) } }],
    [
      'a map that does not exist',
      'message-malformed',
      { selection: { kept: [1, 2, 3, 128], mask: new Float32Array(4) } },
    ],
    [
      'a mask of the wrong length',
      'message-malformed',
      { selection: { kept: [0, 1, 2, 3], mask: new Float32Array(3) } },
    ],
    [
      'a mask that is no number',
      'codec-non-finite',
      { selection: { kept: [0, 1, 2, 3], mask: new Float32Array(4).fill(NaN) } },
    ],
    ['maps without a gate', 'message-malformed', { selection: null, maps: new Float32Array(4096), total: 128 }],
    ['a learning rate that is no number', 'message-malformed', { learningRate: NaN }],
    [
      'an empty batch',
      'message-malformed',
      { shape: [0, 8, 8], maps: new Float32Array(0), labels: new Uint16Array(0) },
    ],
    ['too many maps for the field', 'message-malformed', { total: 70000 }],
  ])('refuses to send %s', (_, code, change) => {
    expect(codeOf(() => encodeStep({ ...vggStep(4), ...change }, 'float32', 'float16'))).toBe(code);
  });
});

describe('answers', () => {
  const answer = { loss: 2.302585092994046, correct: 2, serverSeconds: 0.25, waitSeconds: 0.25 };

  it('a gradient arrives as it was sent', () => {
    const shape = [2, 3, 3, 4] as const;
    const gradient = Float32Array.from({ length: 72 }, (_, i) => Math.fround(1e-6 * i));
    const bytes = encodeGradient({ ...answer, gradient, shape }, 'float32');
    expect(decodeGradient(bytes)).toEqual({ ...answer, gradient, shape, codec: 'float32' });
    expect(bytes.length).toBe(totalBytes(gradientSections(shape, 'float32')));
  });

  it('goes without a gradient when the client has nothing to train', () => {
    const shape = [2, 3, 3, 0] as const;
    const bytes = encodeGradient({ ...answer, gradient: new Float32Array(0), shape }, 'float16+deflate');
    expect(bytes.length).toBe(40);
    expect(decodeGradient(bytes)).toMatchObject({ ...answer, gradient: new Float32Array(0), shape });
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

  it('refuses the loss of a diverged training on both sides', () => {
    const score = { ...answer, samples: 50 };
    expect(codeOf(() => encodeScore({ ...score, loss: NaN }))).toBe('codec-non-finite');
    const bytes = encodeScore(score);
    new DataView(bytes.buffer).setFloat64(16, Infinity, true);
    expect(codeOf(() => decodeScore(bytes))).toBe('codec-non-finite');
  });

  it('refuses more hits than samples', () => {
    expect(codeOf(() => decodeScore(encodeScore({ ...answer, samples: 1 })))).toBe('message-malformed');
  });
});

describe('damaged messages', () => {
  const messages = [
    { name: 'step', decode: decodeStep, bytes: encodeStep(vggStep(4), 'float16', 'float16') },
    { name: 'compressed step', decode: decodeStep, bytes: encodeStep(vggStep(4), 'int8+deflate', 'float16') },
    { name: 'full step', decode: decodeStep, bytes: encodeStep(vggStep(128), 'float32', 'float16') },
    { name: 'inference', decode: decodeInfer, bytes: encodeInfer(vggStep(4), 'float16-scaled') },
    {
      name: 'gradient',
      decode: decodeGradient,
      bytes: encodeGradient(
        { gradient: new Float32Array(64), shape: [1, 4, 4, 4], loss: 1, correct: 0, serverSeconds: 0, waitSeconds: 0 },
        'float16',
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

  it('an announced size beyond the limit is refused before memory is taken', () => {
    const bytes = encodeStep(vggStep(4), 'float16+deflate', 'float16');
    new DataView(bytes.buffer).setUint32(12, 0xffffffff, true);
    expect(codeOf(() => decodeStep(bytes))).toBe('message-oversized');
  });

  it('another version, type and protocol are told apart', () => {
    const bytes = encodeScore({ samples: 9, loss: 1, correct: 3, serverSeconds: 0, waitSeconds: 0 });
    const changed = (at: number, value: number) => codeOf(() => decodeScore(bytes.with(at, value)));
    expect(changed(0, 0x47)).toBe('message-malformed');
    expect(changed(2, 2)).toBe('message-version');
    expect(changed(3, 0x10)).toBe('message-type');
    expect(changed(3, 0xee)).toBe('message-type');
  });
});
