import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  centreRegion,
  drawCropFlip,
  normalisationTable,
  randomRegion,
  untouched,
  writeNormalised,
} from '../../../main/data/augment.ts';
import type { CropFlip } from '../../../main/data/augment.ts';
import type { Shape } from '../../../main/model/spec.ts';
import { random, type Random } from '../../../main/random.ts';

const normalisation = { mean: [0.4914, 0.4822, 0.4465], std: [0.2023, 0.1994, 0.201] };

/** Pads, crops, mirrors and normalises one value after the other, as the definition has it. */
function byDefinition(
  pixels: Uint8Array,
  [height, width, channels]: Shape,
  { down, right, mirrored }: CropFlip,
): number[] {
  return Array.from({ length: height * width * channels }, (_, i) => {
    const c = i % channels;
    const x = Math.floor(i / channels) % width;
    const y = Math.floor(i / channels / width);
    const fromY = y + down;
    const fromX = (mirrored ? width - 1 - x : x) + right;
    const inside = fromY >= 0 && fromY < height && fromX >= 0 && fromX < width;
    const value = inside ? pixels[(fromY * width + fromX) * channels + c] : 0;
    return Math.fround((value / 255 - normalisation.mean[c]) / normalisation.std[c]);
  });
}

describe('small images', () => {
  it('are shifted over black, mirrored and normalised', () => {
    const table = normalisationTable(normalisation);
    const shift = fc.integer({ min: -4, max: 4 });
    fc.assert(
      fc.property(
        fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.constantFrom(1, 3)),
        fc.record({ down: shift, right: shift, mirrored: fc.boolean() }),
        (shape, change) => {
          const pixels = Uint8Array.from({ length: shape[0] * shape[1] * shape[2] }, (_, i) => (i * 37 + 11) & 255);
          const out = new Float32Array(pixels.length).fill(Number.NaN);
          writeNormalised(pixels, shape, table, change, out);
          expect([...out]).toEqual(byDefinition(pixels, shape, change));
        },
      ),
    );
  });

  it('are drawn over all 81 places, and mirrored half of the time unless that changes the class', () => {
    const draws = Array.from({ length: 4000 }, (_, i) => drawCropFlip(random(1, 'augment', 0, i), true));
    expect(new Set(draws.map(({ down, right }) => `${down},${right}`)).size).toBe(81);
    expect(Math.abs(draws.filter(({ mirrored }) => mirrored).length - 2000)).toBeLessThan(150);
    const digits = Array.from({ length: 200 }, (_, i) => drawCropFlip(random(1, 'augment', 0, i), false));
    expect(digits.some(({ mirrored }) => mirrored)).toBe(false);
    expect(untouched).toEqual({ down: 0, right: 0, mirrored: false });
  });
});

describe('large images', () => {
  const sizes = fc.record({ width: fc.integer({ min: 1, max: 2000 }), height: fc.integer({ min: 1, max: 2000 }) });

  it('give random regions that lie inside', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), (size, seed) => {
        const { left, top, width, height } = randomRegion(size, random(seed));
        expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
        expect(Math.min(width, height)).toBeGreaterThan(0);
        expect(left + width).toBeLessThanOrEqual(size.width);
        expect(top + height).toBeLessThanOrEqual(size.height);
      }),
    );
  });

  it('give regions of 8 to 100 % of the area and of 3:4 to 4:3', () => {
    for (let seed = 0; seed < 300; seed++) {
      const { width, height } = randomRegion({ width: 500, height: 400 }, random(seed));
      expect(width / height).toBeGreaterThan(0.74);
      expect(width / height).toBeLessThan(1.35);
      expect((width * height) / 200_000).toBeGreaterThan(0.078);
    }
  });

  /** Draws these numbers, in turn; of whole ones the largest. */
  function drawing(...numbers: number[]): Random {
    let next = 0;
    const unused = (): never => expect.unreachable();
    return { uniform: () => numbers[next++], integer: (n) => n - 1, normal: unused, fillUniform: unused };
  }

  it('give the region that was drawn, by the definition of RandomResizedCrop', () => {
    const size = { width: 100, height: 100 };
    // (0.08 + 0.92 · 0.5) of 10,000 pixels, square, since √(3/4 · 4/3) is 1: √5400 = 73.48 a side.
    expect(randomRegion(size, drawing(0.5, 0.5))).toEqual({ left: 27, top: 27, width: 73, height: 73 });
    // The smallest area, 800 pixels, as 3:4: √600 by √(3200 / 3).
    expect(randomRegion(size, drawing(0, 0))).toEqual({ left: 76, top: 67, width: 24, height: 33 });
    // All of the area and nearly 4:3 does not fit; after ten tries the largest part of the centre it is.
    const never = drawing(...Array<number[]>(10).fill([1, 0.999]).flat());
    expect(randomRegion({ width: 300, height: 100 }, never)).toEqual({ left: 84, top: 0, width: 133, height: 100 });
  });

  it('give small regions as often as large ones', () => {
    const shares = Array.from({ length: 300 }, (_, seed) => {
      const { width, height } = randomRegion({ width: 400, height: 400 }, random(seed));
      return (width * height) / 160_000;
    });
    expect(Math.min(...shares)).toBeLessThan(0.12);
    expect(Math.max(...shares)).toBeGreaterThan(0.9);
  });

  it('give the centre that Resize 256 and CenterCrop 224 leave', () => {
    expect(centreRegion({ width: 512, height: 256 })).toEqual({ left: 144, top: 16, width: 224, height: 224 });
    fc.assert(
      fc.property(sizes, (size) => {
        const { left, top, width, height } = centreRegion(size);
        expect(left >= 0 && top >= 0 && left + width <= size.width && top + height <= size.height).toBe(true);
      }),
    );
  });
});
