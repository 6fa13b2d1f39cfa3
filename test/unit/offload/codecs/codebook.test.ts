import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Layout, TensorShape } from '../../../../main/offload/codecs/codec.ts';
import { openCodecs } from '../../../../main/offload/codecs/session-codecs.ts';
import { codecChoice, codecNamed, sizeOf, type CodecChoice } from '../../../../main/offload/codecs/table.ts';
import { random } from '../../../../main/random.ts';

const layoutOf = (shape: TensorShape): Layout => ({ shape, kept: null });

const choiceOf = (params: object = {}): CodecChoice => codecChoice({ name: 'codebook', ...params });

function opened(params: object = {}, once = false) {
  return codecNamed('codebook').open(choiceOf(params).params, 1, once);
}

/** As behind a ReLU, with neighbours alike, as places of a map are. */
function maps([samples, height, width, count]: TensorShape, stream: string): Float32Array {
  const source = random(1, 'codebook', stream);
  const values = new Float32Array(samples * height * width * count);
  for (let s = 0; s < samples; s++) {
    for (let k = 0; k < count; k++) {
      const level = source.normal();
      for (let r = 0; r < height * width; r++) {
        values[(s * height * width + r) * count + k] = Math.max(0, level + 0.3 * source.normal());
      }
    }
  }
  return values;
}

const squares = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);

describe('a codebook', () => {
  it('takes the bits of a code for each vector, and four bytes for each of its values', () => {
    // 40 vectors of 2 bits, and four codewords of eight values in each group.
    const shape: TensorShape = [10, 4, 4, 2];
    expect(sizeOf(choiceOf({ codewords: 4 }), shape)).toEqual({ exact: 10 + 4 * 8 * 4 });
    expect(sizeOf(choiceOf({ codewords: 3, groups: 2 }), shape)).toEqual({ exact: 10 + 2 * 3 * 8 * 4 });
    // Eleven values make three vectors of five, the last one filled up; there are no more groups than vectors.
    expect(sizeOf(choiceOf({ codewords: 2, length: 5, groups: 9 }), [40, 1, 1, 11])).toEqual({
      exact: 15 + 3 * 2 * 5 * 4,
    });
    expect(sizeOf(choiceOf({ codewords: 4, every: 2 }), shape)).toEqual({ atMost: 10 + 4 * 8 * 4 });
  });

  it('is exact for what consists of its vectors, cut out of an image map after map', () => {
    const shape: TensorShape = [30, 2, 2, 3];
    const values = new Float32Array(30 * 12);
    // Of each image the first four values of a vector of five are of map 0, the fifth of map 1, and so on.
    for (let s = 0; s < 30; s++) {
      for (let place = 0; place < 12; place++) {
        const vector = Math.floor(place / 5);
        values[s * 12 + (place % 4) * 3 + Math.floor(place / 4)] = (s % 2) + 10 * vector + (place % 5) / 8;
      }
    }
    const params = { length: 5, codewords: 2, groups: 3 };
    const [near, far] = [opened(params), opened(params)];
    const bytes = near.encode(values, layoutOf(shape));
    expect(bytes).toHaveLength(3 * 2 * 5 * 4 + 12);
    expect(far.decode(bytes, layoutOf(shape))).toEqual(values);
    // With one codebook of two for what are six vectors it cannot be.
    const few = opened({ ...params, groups: 1 });
    expect(few.decode(few.encode(values, layoutOf(shape)), layoutOf(shape))).not.toEqual(values);
  });

  it('is learned from one tensor to the next, and forgets nothing where all goes on as before', () => {
    const layout = layoutOf([16, 4, 4, 4]);
    const codec = opened({ codewords: 8 });
    const error = (step: number, by = codec): number => {
      const values = maps(layout.shape, `step ${step}`);
      return (
        squares(values, by.decode(by.encode(values, layout), layout)) / squares(values, new Float32Array(values.length))
      );
    };
    const early = [0, 1, 2].map((step) => error(step));
    for (let step = 3; step < 30; step++) error(step);
    const late = [30, 31, 32].map((step) => error(step));
    const sum = (of: number[]): number => of.reduce((a, b) => a + b);
    expect(sum(late)).toBeLessThan(sum(early));
    expect(sum(late) / 3).toBeLessThan(0.2);
  });

  it('takes up values that were not there before', () => {
    const layout = layoutOf([16, 4, 4, 4]);
    const codec = opened({ codewords: 4 });
    const low = maps(layout.shape, 'low');
    codec.encode(low, layout);
    const high = low.map((value) => value + 100);
    const errors = Array.from({ length: 12 }, () => squares(high, codec.decode(codec.encode(high, layout), layout)));
    expect(errors.at(-1)).toBeLessThan(errors[0] / 100);
  });

  it('crosses every so often, and stands at the other end until then', () => {
    const layout = layoutOf([16, 4, 4, 4]);
    const params = { every: 3 };
    const [near, far] = [opened(params), opened(params)];
    const book = 16 * 8 * 4;
    const lengths = Array.from({ length: 7 }, (_, step) => {
      const bytes = near.encode(maps(layout.shape, `${step}`), layout);
      expect(far.decode(bytes, layout)).toHaveLength(1024);
      return bytes.length;
    });
    expect(lengths).toEqual([book + 64, 64, 64, book + 64, 64, 64, book + 64]);
    // Without one there is nothing to go by.
    const codes = near.encode(maps(layout.shape, '7'), layout);
    const late = opened(params);
    const decode = () => late.decode(codes, layout);
    expect(decode).toThrow(expect.objectContaining({ code: 'message-malformed' }));
    expect(decode).toThrow('before their codebook');
  });

  it('comes again as soon as there is a group that has none', () => {
    const params = { every: 100, groups: 4, codewords: 4 };
    const [near, far] = [opened(params), opened(params)];
    const lengths = ([1, 2, 1, 4] as const).map((count) => {
      const layout = layoutOf([64, 2, 4, count]);
      const bytes = near.encode(maps(layout.shape, 'groups'), layout);
      far.decode(bytes, layout);
      return bytes.length;
    });
    expect(lengths).toEqual([128 + 16, 2 * 128 + 32, 16, 4 * 128 + 64]);
  });

  it('that would be larger than a tensor does not cross, and the values do as they are', () => {
    const [near, far] = [opened({ every: 2 }), opened({ every: 2 })];
    const small = layoutOf([2, 4, 4, 4]);
    const values = maps(small.shape, 'small');
    const plain = near.encode(values, small);
    expect(plain).toHaveLength(4 * 128);
    expect(far.decode(plain, small)).toEqual(values);
    const large = layoutOf([16, 4, 4, 4]);
    far.decode(near.encode(maps(large.shape, 'large'), large), large);
    // Now there is one.
    const codes = near.encode(values, small);
    expect(codes).toHaveLength(8);
    expect(squares(far.decode(codes, small), values)).toBeLessThan(squares(values, new Float32Array(128)));
  });

  it('goes on from any step with the same bytes, at both ends', () => {
    const extents = fc.record({
      params: fc.record({
        length: fc.integer({ min: 1, max: 6 }),
        codewords: fc.integer({ min: 2, max: 5 }),
        groups: fc.integer({ min: 1, max: 3 }),
        every: fc.integer({ min: 1, max: 3 }),
      }),
      shapes: fc.array(
        fc.tuple(fc.integer({ min: 1, max: 20 }), fc.constant(2), fc.constant(2), fc.integer({ min: 1, max: 4 })),
        {
          minLength: 2,
          maxLength: 6,
        },
      ),
    });
    fc.assert(
      fc.property(extents, ({ params, shapes }) => {
        const [near, far] = [opened(params), opened(params)];
        let [nearAgain, farAgain] = [opened(params), opened(params)];
        for (const [step, shape] of shapes.entries()) {
          const layout = layoutOf(shape);
          const values = maps(shape, `${step}`);
          const bytes = near.encode(values, layout);
          const [from, to] = [opened(params), opened(params)];
          from.restore!(structuredClone(nearAgain.state!()));
          to.restore!(structuredClone(farAgain.state!()));
          [nearAgain, farAgain] = [from, to];
          expect(nearAgain.encode(values, layout)).toEqual(bytes);
          const decoded = far.decode(bytes, layout);
          expect(farAgain.decode(bytes, layout)).toEqual(decoded);
        }
        expect(nearAgain.state!()).toEqual(near.state!());
      }),
      { numRuns: 25 },
    );
  });

  it('refuses codes that name no codeword, other lengths and numbers that are none, and keeps what it has', () => {
    const params = { codewords: 3, every: 2 };
    const layout = layoutOf([16, 4, 4, 4]);
    const [near, far] = [opened(params), opened(params)];
    const good = near.encode(maps(layout.shape, 'good'), layout);
    far.decode(good, layout);
    const state = far.state!();
    const refused = (bytes: Uint8Array, code = 'message-malformed'): void => {
      expect(() => far.decode(bytes, layout)).toThrow(expect.objectContaining({ code }));
      expect(far.state!()).toEqual(state);
    };
    refused(good.with(good.length - 1, 0xff));
    refused(good.subarray(1));
    refused(new Uint8Array(0));
    const infinite = good.slice();
    new DataView(infinite.buffer).setFloat32(8, Infinity, true);
    refused(infinite, 'codec-non-finite');
    expect(() => near.encode(new Float32Array(1024).fill(1e31), layout)).toThrow(
      expect.objectContaining({ code: 'codec-overflow' }),
    );
  });

  it('takes no state that is not its own', () => {
    const codec = opened({ groups: 2 });
    codec.encode(maps([16, 4, 4, 4], 'state'), layoutOf([16, 4, 4, 4]));
    const state = codec.state!();
    expect(Object.keys(state).sort()).toEqual(['age', 'counts', 'learned', 'sent']);
    const one = { shape: [1], data: Float32Array.of(1) };
    const others = [
      ['lost.1', { ...state, 'lost.1': one }],
      ['age', { ...state, age: one }],
      ['counts', { ...state, counts: one }],
      ['sent', { ...state, sent: { shape: [3 * 128], data: new Float32Array(3 * 128) } }],
    ] as const;
    for (const [path, other] of others) {
      expect(() => codec.restore!(other)).toThrow(expect.objectContaining({ code: 'codec-state', path }));
      expect(codec.state!()).toEqual(state);
    }
  });

  it('adds λ (z − ẑ) of the mean over a batch to the gradient of the maps', () => {
    const choices = ['codebook', 'codebook+deflate'].map((name) =>
      codecChoice({ name, codewords: 4, correction: 0.5 }),
    );
    const [near, far] = [openCodecs(choices, 1), openCodecs(choices, 1)];
    const layout = layoutOf([16, 4, 4, 4]);
    const values = maps(layout.shape, 'correction');
    for (const index of [0, 1]) {
      const arrived = far.at(index, 'up').decode(near.at(index, 'up').encode(values, layout), layout);
      const gradient = new Float32Array(values.length).fill(1);
      near.correct(index, gradient);
      gradient.forEach((value, i) => expect(value).toBeCloseTo(1 + (0.5 / 16) * (values[i] - arrived[i]), 5));
    }
    // An evaluation wants none, nor does a codec without.
    const plain = openCodecs([codecChoice('codebook'), codecChoice('float32')], 1);
    for (const index of [0, 1]) {
      plain.at(index, 'up').encode(values, layout);
      const gradient = new Float32Array(values.length);
      plain.correct(index, gradient);
      expect(gradient).toEqual(new Float32Array(values.length));
    }
  });
});
