import { describe, expect, it } from 'vitest';
import type { Layout, OpenCodec } from '../../../../main/offload/codecs/codec.ts';
import { imageBytes, imageMemory } from '../../../../main/offload/codecs/parts/image-memory.ts';
import { openCodecs } from '../../../../main/offload/codecs/session-codecs.ts';
import { codecChoice, codecNamed, codecNames, type CodecInput } from '../../../../main/offload/codecs/table.ts';
import { decodeGradient, decodeStep, encodeGradient, encodeStep } from '../../../../main/offload/protocol/messages.ts';
import { random } from '../../../../main/random.ts';
import { stepRequest } from '../fake-half.ts';

function opened(choice: CodecInput): OpenCodec {
  const { name, params } = codecChoice(choice);
  return codecNamed(name).open(params, 1);
}

/** The two ends, and what crosses between them. */
function link(choice: CodecInput) {
  const [near, far] = [opened(choice), opened(choice)];
  return {
    near,
    far,
    send(values: Float32Array, layout: Layout) {
      const bytes = near.encode(values, layout).slice();
      return { bytes, arrives: far.decode(bytes, layout) };
    },
  };
}

/** Samples of two places and some maps. */
function layoutOf(images: number[], kept: number[] | null = null, maps = kept?.length ?? 2): Layout {
  return { shape: [images.length, 2, 1, maps], kept, images };
}

function noise(count: number, stream: string): Float32Array {
  const source = random(1, 'images', stream);
  return Float32Array.from({ length: count }, () => source.normal());
}

const norm = (values: ArrayLike<number>): number => Math.hypot(...Array.from(values));
const off = (a: Float32Array, b: Float32Array): number => norm(a.map((value, i) => value - b[i]));

describe('the memory of images', () => {
  it('gives back the maps of an image in whatever place of a batch, and zeros for those it has not seen', () => {
    const memory = imageMemory('test');
    memory.keep(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), layoutOf([7, 9], [1, 4]));
    expect([...memory.known(layoutOf([9, 5, 7], [1, 4]))]).toEqual([5, 6, 7, 8, 0, 0, 0, 0, 1, 2, 3, 4]);
    // Map 4 alone is known of it.
    expect([...memory.known(layoutOf([9], [3, 4, 6]))]).toEqual([0, 6, 0, 0, 8, 0]);
    expect([...memory.get(layoutOf([7], [1, 4]), 0)!]).toEqual([1, 2, 3, 4]);
    for (const other of [layoutOf([8], [1, 4]), layoutOf([7], [1, 3]), layoutOf([7], [1])]) {
      expect(memory.get(other, 0)).toBeNull();
    }
  });

  it('forgets the oldest beyond its limit, and the same after it was put back', () => {
    const two = 2 * imageBytes(2, 4);
    const [memory, again] = [imageMemory('test', two), imageMemory('test', two)];
    for (const image of [1, 2, 1]) memory.keep(new Float32Array(4).fill(image), layoutOf([image]));
    again.restore(memory.state());
    for (const each of [memory, again]) {
      each.keep(new Float32Array(4).fill(3), layoutOf([3]));
      expect([1, 2, 3].map((image) => each.get(layoutOf([image]), 0)?.[0] ?? null)).toEqual([1, null, 3]);
    }
    expect(again.state()).toEqual(memory.state());
  });

  it('refuses a state that is none, and keeps its own', () => {
    const memory = imageMemory('test');
    memory.keep(Float32Array.of(1, 2, 3, 4), layoutOf([1]));
    const state = memory.state();
    const { values, ...rest } = state;
    const wrong = [rest, { ...state, more: values }, { ...state, values: { shape: [3], data: new Float32Array(3) } }];
    for (const each of [...wrong, { ...state, counts: { shape: [1], data: BigInt64Array.of(1n) } }]) {
      expect(() => memory.restore(each)).toThrow(expect.objectContaining({ code: 'codec-state' }));
    }
    expect(memory.state()).toEqual(state);
  });
});

describe('EF21', () => {
  it('carries what an image differs from what arrived of it before: g + C(x − g)', () => {
    // Of two values of each map top-k takes the larger.
    const { send } = link({ name: 'top-k+ef21', share: 0.5 });
    const layout = layoutOf([3]);
    expect([...send(Float32Array.of(4, 1, -2, 3), layout).arrives]).toEqual([4, 0, 0, 3]);
    expect([...send(Float32Array.of(5, 1, -2, 3), layout).arrives]).toEqual([4, 1, -2, 3]);
    // Another image begins at zero, whatever stands in its place.
    expect([...send(Float32Array.of(5, 1, -2, 3), layoutOf([4])).arrives]).toEqual([5, 0, 0, 3]);
    expect([...send(Float32Array.of(5, 1, -2, 3), layoutOf([3])).arrives]).toEqual([5, 1, -2, 3]);
  });

  it.each(codecNames.filter((name) => name.endsWith('+ef21')))(
    '%s loses less with every time, and both ends agree',
    (name) => {
      const { near, far, send } = link(name);
      const values = noise(6 * 4, 'ef21');
      const orders = [
        [0, 1, 2, 3, 4, 5],
        [5, 3, 1, 0, 2, 4],
        [2, 4, 0, 5, 1, 3],
      ];
      const losses = [...orders, ...orders].map((images) => {
        const batch = Float32Array.from(images.flatMap((image) => [...values.subarray(4 * image, 4 * image + 4)]));
        return off(send(batch, layoutOf(images)).arrives, batch);
      });
      expect(losses.at(-1)!).toBeLessThanOrEqual(0.5 * losses[0]);
      const { images, values: kept } = near.state!();
      expect({ images, values: kept }).toEqual({ images: far.state!()['images'], values: far.state!()['values'] });
    },
  );

  it('is of no use to what loses nothing, or has its own', () => {
    for (const name of ['float32', 'sign']) expect(codecNames).not.toContain(`${name}+ef21`);
  });
});

describe('delta', () => {
  it('leaves out images that have hardly changed, which are then as they last arrived', () => {
    const { send } = link({ name: 'float32+delta', threshold: 0.1 });
    const first = Float32Array.of(3, 0, 0, 4, 1, 1, 1, 1);
    expect(send(first, layoutOf([8, 2])).bytes).toHaveLength(1 + 2 * 16);
    // |(0.29, 0, 0, 0.39)| is less than a tenth of |(3, 0, 0, 4)|; in a place of its own is what else changed.
    const near = Float32Array.of(1, 1, 1, 1.3, 3.29, 0, 0, 4.39);
    const { bytes, arrives } = send(near, layoutOf([2, 8]));
    expect([bytes.length, bytes[0]]).toEqual([1 + 16, 0b01]);
    expect([...arrives]).toEqual([...near.subarray(0, 4), ...first.subarray(0, 4)]);
    // From there on it counts what changed since it arrived, not since it was looked at.
    expect(send(Float32Array.of(3.31, 0, 0, 4.41), layoutOf([8])).bytes).toHaveLength(17);
    expect([...send(near.subarray(0, 4), layoutOf([2])).bytes]).toEqual([0]);
  });

  it('sends an image again whose maps are others', () => {
    const { send } = link({ name: 'float32+delta', threshold: 1 });
    const values = Float32Array.of(1, 2, 3, 4);
    expect(send(values, layoutOf([1], [0, 5])).bytes).toHaveLength(17);
    expect(send(values, layoutOf([1], [0, 6])).bytes).toHaveLength(17);
    expect(send(values, layoutOf([1], [0, 6])).bytes).toHaveLength(1);
  });

  it('leaves out an unchanged image however much its codec lost of it, also after a resume', () => {
    const choice = { name: 'quantised+delta', bits: 2, threshold: 0.1 } as const;
    const { near, far, send } = link(choice);
    const layout: Layout = { shape: [2, 16, 16, 2], kept: null, images: [7, 3] };
    const values = noise(2 * 512, 'lossy');
    const first = send(values, layout);
    expect(off(first.arrives, values)).toBeGreaterThan(0.1 * norm(first.arrives));
    expect([...send(values, layout).bytes]).toEqual([0]);
    const resumed = opened(choice);
    resumed.restore!(near.state!());
    const bytes = resumed.encode(values, layout);
    expect([...bytes]).toEqual([0]);
    expect(far.decode(bytes, layout)).toEqual(first.arrives);
    const damaged = { ...near.state!(), 'lost.norms': { shape: [1], data: Float32Array.of(9) } };
    expect(() => resumed.restore!(damaged)).toThrow(expect.objectContaining({ code: 'codec-state' }));
    const other = values.map((value, i) => (i < 512 ? -value : value));
    expect(resumed.encode(other, layout)[0]).toBe(0b01);
  });

  it('with a threshold of 0 leaves out what is the same', () => {
    const { send } = link({ name: 'int8+delta', threshold: 0 });
    const values = Float32Array.of(0, 255, 0, 255);
    send(values, layoutOf([1]));
    expect(send(values, layoutOf([1])).bytes).toHaveLength(1);
    expect(send(values.with(1, 254), layoutOf([1])).bytes.length).toBeGreaterThan(1);
  });

  it('refuses bytes that leave out what never crossed, mark what is not there, or have another size', () => {
    const { near, far } = link('float32+delta');
    const layout = layoutOf([1, 2]);
    const bytes = near.encode(noise(8, 'delta'), layout);
    const before = far.state!();
    const wrong = [
      Uint8Array.of(0),
      bytes.with(0, 0b111),
      bytes.with(0, 0b01),
      bytes.subarray(0, -1),
      new Uint8Array(0),
    ];
    for (const each of [...wrong, bytes.with(0, 0b01).subarray(0, 17)]) {
      expect(() => far.decode(each, layout)).toThrow(expect.objectContaining({ code: 'message-malformed' }));
      expect(far.state!()).toEqual(before);
    }
    expect(far.decode(bytes, layout)).toHaveLength(8);
  });
});

describe('which image a sample is', () => {
  const choices = ['float32+delta', 'float32'].map((name) => codecChoice(name));
  const images = { count: 70_000, indices: [65_537, 3] };
  const plain = { codec: 1, answerCodec: 1 };
  const asking = { codec: 0, answerCodec: 0 };

  it('crosses where a codec of the step asks for it, and both directions know it', () => {
    const [near, far] = [openCodecs(choices, 1), openCodecs(choices, 1)];
    const request = { ...stepRequest(0), images };
    const without = encodeStep(request, near, plain).length;
    expect(encodeStep(request, near, { codec: 1, answerCodec: 0 }).length).toBe(without + 2 * 4);
    const fewer = { ...request, images: { count: 65_536, indices: [65_535, 3] } };
    expect(encodeStep(fewer, near, { codec: 1, answerCodec: 0 }).length).toBe(without + 2 * 2);
    expect(decodeStep(encodeStep(fewer, near, { codec: 1, answerCodec: 0 }), far).images?.indices).toEqual([65_535, 3]);
    expect(decodeStep(encodeStep(request, near, plain), far).images).toBeUndefined();

    const arrived = decodeStep(encodeStep(request, near, asking), far);
    expect(arrived.images?.indices).toEqual([65_537, 3]);
    expect(far.read()['0.up.images'].data).toEqual(BigInt64Array.of(65_537n, 3n));
    const answer = {
      gradient: request.maps,
      shape: [2, 2, 2, 2] as const,
      loss: 1,
      correct: 1,
      serverSeconds: 0,
      waitSeconds: 0,
    };
    const down = encodeGradient(answer, far, arrived);
    decodeGradient(down, near, { ...request, answerCodec: 0, wantsGradient: true });
    for (const end of [near, far]) expect(end.read()['0.down.images'].data).toEqual(BigInt64Array.of(65_537n, 3n));
  });

  it('is refused in a size that there is not, or beside too few labels', () => {
    const codecs = openCodecs(choices, 1);
    const bytes = encodeStep({ ...stepRequest(0), images }, codecs, asking);
    for (const damaged of [bytes.with(10, 3), bytes.with(10, 2), bytes.with(10, 0), bytes.with(11, 1)]) {
      expect(() => decodeStep(damaged, openCodecs(choices, 1))).toThrow();
    }
    const wrong = { ...stepRequest(0), images: { count: 2, indices: [0, 2] } };
    expect(() => encodeStep(wrong, codecs, asking)).toThrow('not as many numbers below 2');
  });
});
