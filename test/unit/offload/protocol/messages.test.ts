import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../../../main/errors.ts';
import { codecChoice, type CodecName } from '../../../../main/offload/codecs/table.ts';
import { readHeader } from '../../../../main/offload/protocol/header.ts';
import {
  decodeEvaluate,
  decodeInfer,
  decodeLogits,
  decodeScore,
  decodeStep,
  encodeGradient,
  encodeLogits,
  encodeScore,
  gradientSections,
  requestSections,
  totalBytes,
  type StepRequest,
} from '../../../../main/offload/protocol/messages.ts';
import { countValues } from '../../../../main/offload/protocol/sections.ts';
import { random } from '../../../../main/random.ts';
import {
  evaluateIn,
  gradientIn,
  inferIn,
  openedCodecs,
  imagelessCodecs,
  placeOf,
  stepIn,
} from '../../../support/codecs.ts';

const codecs = imagelessCodecs.map(({ name }) => name as CodecName);
const read = { step: decodeHere(decodeStep), evaluate: decodeHere(decodeEvaluate), infer: decodeHere(decodeInfer) };

function decodeHere<T>(decode: (bytes: Uint8Array, codecs: typeof openedCodecs) => T): (bytes: Uint8Array) => T {
  return (bytes) => decode(bytes, openedCodecs);
}

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
        expect(read.step(stepIn('float32', 'float16', sent))).toEqual({
          ...sent,
          codec: placeOf('float32'),
          answerCodec: placeOf('float16'),
        });
      }),
    );
  });

  it('everything but the rounding of the maps survives any codec', () => {
    fc.assert(
      fc.property(step, codec, (sent, name) => {
        const received = read.step(stepIn(name, 'float16', sent));
        expect({ ...received, maps: sent.maps }).toEqual({
          ...sent,
          codec: placeOf(name),
          answerCodec: placeOf('float16'),
        });
        expect(received.maps.length).toBe(sent.maps.length);
      }),
    );
  });

  it('arrives in a Buffer at any offset', () => {
    const sent = vggStep(4);
    for (const codec of codecs) {
      const bytes = stepIn(codec, 'float32', sent);
      for (const offset of [1, 2, 4]) {
        const buffer = Buffer.alloc(bytes.length + offset);
        buffer.set(bytes, offset);
        expect(read.step(buffer.subarray(offset))).toEqual(read.step(bytes));
      }
    }
  });

  it('has of a buffer only the labels that it views', () => {
    const labels = Uint16Array.from({ length: 20 }, (_, i) => 300 + i).subarray(2, 18);
    const sent = { ...vggStep(4), labels, classes: 1000 };
    expect(read.step(stepIn('float32', 'float32', sent)).labels).toEqual(labels);
  });

  it('an evaluation and an inference arrive as they were sent', () => {
    const { maps, shape, total, selection, labels, classes } = vggStep(4);
    const inference = { maps, shape, total, selection };
    const evaluation = { ...inference, labels, classes };
    expect(read.evaluate(evaluateIn('float32', evaluation))).toMatchObject(evaluation);
    expect(read.infer(inferIn('float32', inference))).toEqual({ ...inference, deadlineMs: 0 });
  });

  it.each([
    ['codec for a gradient', 9],
    ['byte without a meaning', 10],
    ['learning rate', 39],
  ])('an evaluation and an inference with a %s of a step are refused', (_, at) => {
    const evaluation = evaluateIn('float32', vggStep(4));
    expect(codeOf(() => read.evaluate(evaluation.with(at, 1)))).toBe('message-malformed');
    expect(codeOf(() => read.infer(inferIn('float32', vggStep(4)).with(at, 1)))).toBe('message-malformed');
  });

  it('an evaluation with the number of a step is refused: an inference has its deadline there', () => {
    const { maps, shape, total, selection } = vggStep(4);
    expect(codeOf(() => read.evaluate(evaluateIn('float32', vggStep(4)).with(28, 1)))).toBe('message-malformed');
    for (const deadlineMs of [0, 1, 0x01020304, 0xffffffff]) {
      const inference = { maps, shape, total, selection, deadlineMs };
      expect(read.infer(inferIn('float32', inference))).toEqual(inference);
    }
  });

  it.each([-1, 0.5, 2 ** 32, NaN, Infinity])('refuses to send a deadline of %s ms', (deadlineMs) => {
    expect(codeOf(() => inferIn('float32', { ...vggStep(4), deadlineMs }))).toBe('message-malformed');
  });

  it('sends what the sections say', () => {
    fc.assert(
      fc.property(step, fc.constantFrom<CodecName>('float32', 'float16', 'int8'), (sent, name) => {
        const extent = { ...sent, kept: sent.selection?.kept.length ?? sent.total, gated: sent.selection !== null };
        expect(stepIn(name, 'float16', sent).length).toBe(totalBytes(requestSections(extent, codecChoice(name))));
      }),
    );
  });

  it('sends B/φ of the full payload and the stated overhead', () => {
    const full = requestSections({ ...vggStep(128), kept: 128, gated: false }, codecChoice('float16'));
    const budget = requestSections({ ...vggStep(4), kept: 4, gated: true }, codecChoice('float16'));
    expect(budget.maps / full.maps).toBe(4 / 128);
    expect(budget).toEqual({ header: 44, gate: 4 * 4 + 16, labels: 16, maps: 8192, exact: true });
    expect(stepIn('float16', 'float16', vggStep(4)).length).toBe(44 + 32 + 16 + 8192);
    expect(stepIn('float16', 'float16', vggStep(128)).length).toBe(44 + 16 + 262144);
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
    ['a negative learning rate', 'message-malformed', { learningRate: -0.1 }],
    [
      'a side too long for the field',
      'message-malformed',
      { shape: [16, 65536, 1], maps: new Float32Array(16 * 65536 * 4) },
    ],
  ])('refuses to send %s', (_, code, change) => {
    expect(codeOf(() => stepIn('float32', 'float16', { ...vggStep(4), ...change }))).toBe(code);
  });

  it('names the label and the mask that are wrong', () => {
    const send = (change: Partial<StepRequest>) => () => stepIn('float32', 'float16', { ...vggStep(4), ...change });
    const labels = vggStep(4).labels.with(3, 10);
    expect(send({ labels })).toThrow(expect.objectContaining({ path: 'labels[3]' }));
    const mask = Float32Array.of(1, 1, Infinity, 1);
    expect(send({ selection: { kept: [0, 1, 2, 3], mask } })).toThrow(expect.objectContaining({ path: 'mask[2]' }));
  });

  it('ends at the largest sides and labels that have a place in it', () => {
    const sent: StepRequest = {
      ...vggStep(128),
      shape: [1, 1, 65535],
      total: 1,
      maps: new Float32Array(65535),
      labels: Uint16Array.of(65535),
      classes: 65536,
      learningRate: 0,
    };
    expect(read.step(stepIn('float32', 'float16', sent))).toMatchObject(sent);
  });
});

describe('answers', () => {
  const answer = { loss: 2.302585092994046, correct: 2, serverSeconds: 0.25, waitSeconds: 0.25 };

  const asked = (name: CodecName) => ({ answerCodec: placeOf(name), selection: null });

  const sent = { selection: null, shape: [2, 3, 3] as const, total: 4 };

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
