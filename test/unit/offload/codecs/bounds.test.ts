import { describe, expect, it } from 'vitest';
import type { CodecName } from '../../../../main/offload/codecs/table.ts';
import { codecChoice, codecNamed } from '../../../../main/offload/codecs/table.ts';
import { random } from '../../../../main/random.ts';

/**
 * The errors that docs/protocol.md states, worked out here for themselves. What float32 rounds off beside them is less than a
 * thousandth of it for values that are not much larger than the range of their map.
 */
const slack = 1.001;

interface Tensor {
  readonly values: Float32Array;
  readonly maps: number;
}

type Extremes = Readonly<Record<'min' | 'max', number>>;
const extremes = (values: Float32Array): Extremes => ({ min: Math.min(...values), max: Math.max(...values) });

const documented: Readonly<Partial<Record<CodecName, (value: number, map: Extremes, tensor: Extremes) => number>>> = {
  float32: () => 0,
  float16: (value) => Math.max(Math.abs(value) / 2048, 2 ** -25),
  'float16-scaled': (value, _, { min, max }) => Math.max(Math.abs(value) / 2048, Math.max(-min, max) * 2 ** -39),
  int8: (_value, { min, max }) => (max - min) / 510,
  quantised: (_value, { min, max }) => (max - min) / 15,
};

/** Values of any sign whose magnitudes go evenly through so many powers of two below `top`. */
function spread(top: number, powers: number, stream: string): Tensor {
  const source = random(1, 'bounds', stream);
  const maps = 3;
  const values = Float32Array.from(
    { length: 400 * maps },
    () => top * 2 ** (-powers * source.uniform()) * (source.integer(2) === 0 ? 1 : -1),
  );
  values[0] = top;
  return { values, maps };
}

const tensors: readonly [string, Tensor][] = [
  ['around one', spread(1, 4, 'one')],
  ['far apart', spread(1000, 30, 'apart')],
  ['small, as gradients are', spread(1e-6, 20, 'gradients')],
  ['at the end of float16', spread(60_000, 16, 'large')],
];

/** Of the values of each map. */
function ofEach({ values, maps }: Tensor): Extremes[] {
  return Array.from({ length: maps }, (_, k) => extremes(values.filter((__, i) => i % maps === k)));
}

describe.each(Object.entries(documented))('%s', (name, bound) => {
  const codec = codecNamed(name);
  const { params } = codecChoice(name);

  it.each(tensors)('is within its documented error, and near it, for values %s', (_, tensor) => {
    const { values, maps } = tensor;
    const layout = { shape: [values.length / maps, 1, 1, maps] as const, kept: null };
    const opened = () => codec.open(params, 1);
    const decoded = opened().decode(opened().encode(values, layout), layout);
    const [whole, ofMaps] = [extremes(values), ofEach(tensor)];
    const used = values.map((value, i) => {
      const error = Math.abs(decoded[i] - value);
      const allowed = bound(value, ofMaps[i % maps], whole);
      return allowed === 0 ? error : error / allowed;
    });
    expect(Math.max(...used)).toBeLessThanOrEqual(name === 'float32' ? 0 : slack);
    // A bound that nothing comes near would say nothing.
    if (name !== 'float32') expect(Math.max(...used)).toBeGreaterThan(0.9);
  });

  it.each(tensors)('promises no more than that error for values %s', (_, tensor) => {
    const { values, maps } = tensor;
    const [whole, ofMaps] = [extremes(values), ofEach(tensor)];
    const over = values.filter((value, i) => {
      const within = { map: ofMaps[i % maps], tensor: whole };
      const promised = codec.errorBound?.(value, within, params) ?? Infinity;
      return promised > bound(value, within.map, within.tensor) * slack;
    });
    expect([...over]).toEqual([]);
  });
});

it('float16 with a scale keeps what is 2³⁰ times smaller than the largest', () => {
  const values = Float32Array.of(1, 1.5 * 2 ** -30, -3 * 2 ** -38);
  const codec = codecNamed('float16-scaled').open({}, 1);
  const layout = { shape: [3, 1, 1, 1] as const, kept: null };
  expect([...codec.decode(codec.encode(values, layout), layout)]).toEqual([...values]);
});
