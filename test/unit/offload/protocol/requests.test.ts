import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codecChoice, type CodecName } from '../../../../main/offload/codecs/table.ts';
import {
  decodeEvaluate,
  decodeInfer,
  decodeStep,
  requestSections,
  totalBytes,
  type StepRequest,
} from '../../../../main/offload/protocol/messages.ts';
import { evaluateIn, inferIn, openedCodecs, imagelessCodecs, placeOf, stepIn } from '../../../support/codecs.ts';
import { codeOf } from '../../../support/failures.ts';
import { vggStep } from './vgg-step.ts';

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
