import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { circleOf } from '../../../../main/offload/codecs/parts/circular.ts';
import type { Layout, TensorShape } from '../../../../main/offload/codecs/codec.ts';
import { fourier, spectrum } from '../../../../main/offload/codecs/parts/fft.ts';
import { codecChoice, codecNamed, sizeOf } from '../../../../main/offload/codecs/table.ts';
import { random } from '../../../../main/random.ts';

const layoutOf = (shape: TensorShape): Layout => ({ shape, kept: null });

function opened(params: object = {}, seed = 1) {
  return codecNamed('superposed').open(codecChoice({ name: 'superposed', ...params }).params, seed);
}

function noise(count: number, stream: string): Float32Array {
  const source = random(1, 'superposed', stream);
  return Float32Array.from({ length: count }, () => source.normal());
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0);

it.each([1, 2, 8, 32])('a transform of %d values is the sum that defines it', (length) => {
  const x = spectrum(length);
  x.re.set(noise(length, 're'));
  x.im.set(noise(length, 'im'));
  const expected = Array.from({ length }, (_, k) => {
    const angles = Array.from({ length }, (__, n) => (-2 * Math.PI * k * n) / length);
    const [cos, sin] = [angles.map(Math.cos), angles.map(Math.sin)];
    return [dot(x.re, cos) - dot(x.im, sin), dot(x.re, sin) + dot(x.im, cos)];
  });
  fourier(length)(x);
  expected.forEach(([re, im], k) => {
    expect(x.re[k]).toBeCloseTo(re, 10);
    expect(x.im[k]).toBeCloseTo(im, 10);
  });
});

describe.each([1, 3, 8, 12])('a circle of %d values', (length) => {
  const circle = circleOf(1, length);
  /** Key i, by what becomes of a 1 at a place. */
  const turned = (i: number, place: number): number[] => [
    ...circle
      .bind(i + 1, (j, { re }) => (re[place] = j === i ? 1 : 0))
      .re.subarray(0, length)
      .map((value) => Math.round(value * 1e12) / 1e12),
  ];

  it('turns a key to the place of a one, and has keys of norm 1', () => {
    const key = turned(1, 0);
    expect(dot(key, key)).toBeCloseTo(1, 10);
    expect(key).not.toEqual(length === 1 ? [] : turned(0, 0));
    for (let place = 0; place < length; place++) {
      expect(turned(1, place)).toEqual(key.map((_, n) => key[(n - place + length) % length]));
    }
  });

  it('takes apart by the sums that define a correlation', () => {
    const key = turned(0, 0);
    const [re, im] = [noise(length, 'bound'), noise(length, 'other')].map((values) => Float64Array.from(values));
    circle.unbind(1, { re, im }, (_, pair) => {
      for (let n = 0; n < length; n++) {
        const around = key.map((__, m) => (n + m) % length);
        expect(pair.re[n]).toBeCloseTo(
          dot(
            key,
            around.map((at) => re[at]),
          ),
          8,
        );
        expect(pair.im[n]).toBeCloseTo(
          dot(
            key,
            around.map((at) => im[at]),
          ),
          8,
        );
      }
    });
  });
});

describe('superposed', () => {
  it('takes one of so many images, rounded up', () => {
    expect(sizeOf(codecChoice('superposed'), [8, 2, 2, 3])).toEqual({ exact: 2 * 12 * 4 });
    expect(sizeOf(codecChoice('superposed'), [9, 2, 2, 3])).toEqual({ exact: 3 * 12 * 4 });
    expect(sizeOf(codecChoice({ name: 'superposed', images: 16 }), [9, 2, 2, 3])).toEqual({ exact: 12 * 4 });
  });

  it('brings back down exactly the gradient of what went up: decoding is the adjoint of encoding', () => {
    const extents = fc.record({ samples: fc.integer({ min: 1, max: 9 }), maps: fc.integer({ min: 1, max: 6 }) });
    fc.assert(
      fc.property(extents, fc.integer({ min: 2, max: 5 }), ({ samples, maps }, images) => {
        const layout = layoutOf([samples, 2, 1, maps]);
        // The seeds of the two directions differ; the keys do not.
        const [up, down] = [opened({ images }, 1), opened({ images }, 2)];
        const values = noise(samples * 2 * maps, 'up');
        const sums = up.encode(values, layout);
        const other = noise(sums.length / 4, 'down');
        const arrived = down.decode(new Uint8Array(other.buffer), layout);
        expect(dot(new Float32Array(sums.slice().buffer), other)).toBeCloseTo(dot(values, arrived), 4);
      }),
      { numRuns: 40 },
    );
  });

  it('is right on average over the keys, with the deviation that it is said to have', () => {
    const layout = layoutOf([4, 2, 2, 16]);
    const values = noise(256, 'average').map((value) => value + 1);
    const draws = 300;
    const [sums, squares] = [new Float64Array(256), new Float64Array(256)];
    for (let keys = 0; keys < draws; keys++) {
      const codec = opened({ keys });
      codec.decode(codec.encode(values, layout), layout).forEach((value, i) => {
        sums[i] += (value - values[i]) / draws;
        squares[i] += (value - values[i]) ** 2 / draws;
      });
    }
    const deviation = Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / 256);
    expect(deviation / Math.sqrt(4 * (dot(values, values) / 256))).toBeCloseTo(1, 1);
    sums.forEach((mean) => expect(Math.abs(mean)).toBeLessThan((4.5 * deviation) / Math.sqrt(draws)));
  });

  it('adds up those next to each other, and what is left of a batch by itself', () => {
    const layout = layoutOf([6, 1, 1, 8]);
    const values = noise(48, 'left');
    const through = (given: Float32Array): Float32Array => opened().decode(opened().encode(given, layout), layout);
    const changed = through(values.with(0, 9));
    const before = through(values);
    expect(changed.subarray(32)).toEqual(before.subarray(32));
    for (let i = 0; i < 32; i += 8) expect(changed.subarray(i, i + 8)).not.toEqual(before.subarray(i, i + 8));
  });

  it('has other keys for another number, and refuses what is not finite', () => {
    const layout = layoutOf([2, 1, 1, 4]);
    const values = noise(8, 'keys');
    expect(opened({ keys: 2 }).encode(values, layout)).not.toEqual(opened().encode(values, layout));
    expect(() => opened().encode(values.with(3, 1e31), layout)).toThrow(
      expect.objectContaining({ code: 'codec-overflow', path: 'values[3]' }),
    );
    // The second is finite, but no longer so under its keys.
    for (const sent of [
      [NaN, 0, 0, 0],
      [3e38, 3e38, 3e38, 3e38],
    ]) {
      const decode = () => opened().decode(new Uint8Array(Float32Array.from(sent).buffer), layout);
      expect(decode).toThrow(expect.objectContaining({ code: 'codec-non-finite' }));
    }
  });
});
