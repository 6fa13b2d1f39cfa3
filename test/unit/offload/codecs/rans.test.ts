import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Layout } from '../../../../main/offload/codecs/codec.ts';
import { frequencies } from '../../../../main/offload/codecs/parts/frequencies.ts';
import { ransDecode, ransEncode } from '../../../../main/offload/codecs/parts/rans-coder.ts';
import { codecChoice, codecNamed, type CodecInput } from '../../../../main/offload/codecs/table.ts';
import { random } from '../../../../main/random.ts';

const malformed = expect.objectContaining({ code: 'message-malformed' }) as unknown as Error;

function decoded(bytes: Uint8Array, alphabet: number, count: number): number[] {
  const symbols = new Uint8Array(count);
  ransDecode(bytes, alphabet, symbols);
  return [...symbols];
}

/** The linear congruential generator of ANSI C, and the lower of two numbers of it: small ones come often. */
function uneven(count: number, alphabet: number): Uint8Array {
  let x = 12345;
  return Uint8Array.from({ length: count }, () => {
    x = Number((BigInt(x) * 1103515245n + 12345n) & 0x7fffffffn);
    return ((x >> 16) & ((x >> 8) & 255)) % alphabet;
  });
}

describe('the coder', () => {
  it('writes the bytes of a reference: rans_byte.h with the same frequencies, in Python', () => {
    const bytes = (symbols: number[]): number[] => [...ransEncode(Uint8Array.from(symbols), 4, 100)!];
    /*
     * By hand: a quarter of the 16,384 slots each, from 2²³. 3: 2²⁵ + 12,288. 2: 8,195 · 2¹⁴ + 8,192. 1: 32,782 · 2¹⁴ + 4,096,
     * which is beyond 2²⁹, so that its lowest byte goes. 0: 512 · 2¹⁴ + 912 = 0x800390.
     */
    expect(bytes([0, 1, 2, 3])).toEqual([0x90, 0x03, 0x80, 0x00, 0x00]);
    expect(bytes([])).toEqual([0, 0, 0x80, 0]);
    expect(bytes(Array<number>(40).fill(3))).toEqual([255, 255, 215, 24, 255, 246, 115, 224]);
    expect(bytes(Array.from({ length: 60 }, (_, i) => ((i * i) % 7) % 4))).toEqual([
      42, 65, 152, 94, 20, 70, 134, 106, 208, 150, 243, 83, 127, 171, 245, 81,
    ]);
  });

  it.each([
    [4, 4061, '552ddcf841c9a9cade27305943fd7881fa72eb9ee6499bc8584b2d14e403276a'],
    [16, 8139, 'ba0a551933d8efcc4b1d6d308b09414167707a1f42feafac29dff9d783dce530'],
    [256, 16380, '0729a15d7bc1a7757854d3763f346c54a9d64754d41945c4463b08f44c81468e'],
  ])('writes those of 20,000 of %i symbols, too, beyond where counts are halved', (alphabet, length, digest) => {
    const symbols = uneven(20_000, alphabet);
    const bytes = ransEncode(symbols, alphabet, 20_000)!;
    expect(bytes).toHaveLength(length);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(digest);
    expect(decoded(bytes, alphabet, symbols.length)).toEqual([...symbols]);
  });

  it('deals a slot to every symbol, and all there are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 256 }), fc.array(fc.nat(), { maxLength: 2000 }), (alphabet, drawn) => {
        const seen = frequencies(alphabet);
        for (const number of drawn) seen.see(number % alphabet);
        expect([seen.starts[0], seen.starts[alphabet]]).toEqual([0, 2 ** 14]);
        for (let s = 0; s < alphabet; s++) expect(seen.starts[s + 1]).toBeGreaterThan(seen.starts[s]);
      }),
    );
  });

  it('gives back what it was given, or says that it takes more than it may', () => {
    const given = fc.record({ bits: fc.integer({ min: 1, max: 8 }), drawn: fc.array(fc.nat(), { maxLength: 500 }) });
    fc.assert(
      fc.property(given, fc.nat(600), ({ bits, drawn }, limit) => {
        const symbols = Uint8Array.from(drawn, (number) => number % 2 ** bits);
        const whole = ransEncode(symbols, 2 ** bits, 1000)!;
        expect(decoded(whole, 2 ** bits, symbols.length)).toEqual([...symbols]);
        expect(ransEncode(symbols, 2 ** bits, limit)).toEqual(whole.length <= limit ? whole : null);
      }),
    );
  });

  it('refuses what is cut off, goes on, or was changed into what no encoder writes', () => {
    const symbols = uneven(300, 16);
    const bytes = ransEncode(symbols, 16, 300)!;
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decoded(bytes.subarray(0, length), 16, 300)).toThrow(malformed);
    }
    expect(() => decoded(Uint8Array.of(...bytes, 0), 16, 300)).toThrow(malformed);
    expect(() => decoded(bytes, 16, 299)).toThrow(malformed);
    expect(() => decoded(bytes, 16, 301)).toThrow(malformed);
    for (const state of [0, 2 ** 23 - 1, 2 ** 31, 2 ** 32 - 1]) {
      const changed = bytes.slice();
      new DataView(changed.buffer).setUint32(0, state, true);
      expect(() => decoded(changed, 16, 300)).toThrow('begins with the state');
    }
    // Any other change is found at the end, or gives other symbols of the same alphabet.
    const source = random(1, 'damage');
    for (let t = 0; t < 300; t++) {
      const changed = bytes.slice();
      changed[source.integer(changed.length)] ^= 1 + source.integer(255);
      try {
        expect(decoded(changed, 16, 300).every((symbol) => symbol < 16)).toBe(true);
      } catch (error) {
        expect(error).toEqual(malformed);
      }
    }
  });
});

describe('rans', () => {
  const opened = (choice: CodecInput, seed = 1) => {
    const { name, params } = codecChoice(choice);
    return codecNamed(name).open(params, seed);
  };
  const layout: Layout = { shape: [50, 4, 4, 3], kept: null };
  /** As gradients are: most of them small. */
  const source = random(1, 'rans');
  const values = Float32Array.from({ length: 2400 }, (_, i) => 10 ** (i % 3) * source.normal() ** 3);

  it.each([2, 4, 8])('carries what quantised with %i bits does, in fewer bytes', (bits) => {
    const [coded, packed] = [opened({ name: 'rans', bits }), opened({ name: 'quantised', bits })];
    for (let t = 0; t < 3; t++) {
      const [short, long] = [coded.encode(values, layout), packed.encode(values, layout)];
      expect(short.length).toBeLessThan(0.8 * long.length);
      expect(coded.decode(short, layout)).toEqual(packed.decode(long, layout));
    }
  });

  it('with one range for all has the same levels in each map, and eight bytes of them', () => {
    const whole = opened({ name: 'rans', bits: 4, rounding: 'nearest', range: 'tensor' });
    const of = values.map((value, i) => (i % 3 === 2 ? value : 0));
    const level = (Math.max(...of) - Math.min(...of)) / 15;
    whole.decode(whole.encode(of, layout), layout).forEach((value, i) => {
      expect(Math.abs(value - of[i])).toBeLessThan(0.5001 * level);
    });
    expect(codecNamed('rans').size(layout.shape, codecChoice({ name: 'rans', range: 'tensor' }).params)).toEqual({
      atMost: 1 + 8 + 1200,
    });
  });

  it('packs what would only become longer, for one byte more', () => {
    const noise = Float32Array.from({ length: 2400 }, () => source.uniform());
    const packed = opened({ name: 'quantised', bits: 8, rounding: 'nearest' }).encode(noise, layout);
    const codec = opened({ name: 'rans', bits: 8, rounding: 'nearest' });
    const bytes = codec.encode(noise, layout);
    expect(bytes[0]).toBe(0);
    expect(bytes.subarray(1)).toEqual(packed);
    expect(codec.decode(bytes, layout)[7]).toBeCloseTo(noise[7], 2);
  });

  it('refuses a form that is none, and bytes that are none of it', () => {
    const codec = opened('rans');
    const bytes = codec.encode(values, layout);
    expect(bytes[0]).toBe(1);
    for (const damaged of [bytes.with(0, 2), bytes.with(0, 0), bytes.subarray(0, 20), bytes.subarray(0, 0)]) {
      expect(() => codec.decode(damaged, layout)).toThrow(malformed);
    }
    const negative = bytes.slice();
    new DataView(negative.buffer).setFloat32(1, -1, true);
    expect(() => codec.decode(negative, layout)).toThrow('The scale of map 0 is -1');
  });
});
