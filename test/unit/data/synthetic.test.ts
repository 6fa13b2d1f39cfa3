import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { drawSynthetic, syntheticInfo } from '../../../main/data/synthetic.ts';

function drawn(part: 'train' | 'test', index: number): { pixels: Uint8Array; label: number } {
  const pixels = new Uint8Array(32 * 32 * 3);
  return { label: drawSynthetic(part, index, pixels), pixels };
}

describe('the built-in data set', () => {
  it('is the same for everyone', () => {
    const hash = createHash('sha256');
    for (const part of ['train', 'test'] as const) for (let i = 0; i < 20; i++) hash.update(drawn(part, i).pixels);
    expect(hash.digest('hex')).toMatchInlineSnapshot(
      `"fcc31f0c03ce7b6f7f55d562b8bac979b22b1d15c4c7b966be8e0edb397d8054"`,
    );
  });

  it('draws an image by its part and index alone', () => {
    const before = drawn('train', 7);
    drawn('train', 3);
    expect(drawn('train', 7)).toEqual(before);
    expect(drawn('test', 7).pixels).not.toEqual(before.pixels);
    expect(drawn('train', 17).pixels).not.toEqual(before.pixels);
  });

  it('has every class equally often', () => {
    const labels = Array.from({ length: 30 }, (_, i) => drawn('test', i).label);
    expect(labels).toEqual(Array.from({ length: 30 }, (_, i) => i % 10));
    expect(syntheticInfo.classes).toHaveLength(10);
  });

  it('does not give the class away by colour', () => {
    // Mean colours of the classes stay within the spread of single images' mean colours.
    const perClass = Array.from({ length: 10 }, (_, label) => {
      const means = Array.from({ length: 40 }, (_, i) => {
        const { pixels } = drawn('train', 10 * i + label);
        return pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
      });
      return means.reduce((a, b) => a + b) / means.length;
    });
    expect(Math.max(...perClass) - Math.min(...perClass)).toBeLessThan(30);
  });
});
