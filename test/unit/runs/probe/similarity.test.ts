import { describe, expect, it } from 'vitest';
import { similarity, ssim } from '../../../../main/runs/probe/similarity.ts';

const shape = [11, 11, 1] as const;
const plane = (of: (i: number) => number): Float32Array => Float32Array.from({ length: 121 }, (_, i) => of(i));

describe('structural similarity', () => {
  it('is 1 for the image itself, in every channel', () => {
    const image = Float32Array.from({ length: 12 * 13 * 3 }, (_, i) => ((i * 7) % 11) / 10);
    expect(ssim(image, image, [12, 13, 3])).toBeCloseTo(1, 10);
  });

  it('of two even images is that of their luminance alone', () => {
    // (2·0.5·0.25 + 0.0001) / (0.25 + 0.0625 + 0.0001)
    const expected = 0.2501 / 0.3126;
    expect(
      ssim(
        plane(() => 0.5),
        plane(() => 0.25),
        shape,
      ),
    ).toBeCloseTo(expected, 6);
  });

  it('weighs a point by the Gaussian window of σ 1.5', () => {
    const point = plane((i) => (i === 60 ? 1 : 0));
    // The middle weight: 1 / Σ exp(−k² / 4.5) over k = −5 … 5, squared.
    const weight = (1 / 3.7592328) ** 2;
    const [luminance, structure] = [0.0001 / (weight ** 2 + 0.0001), 0.0009 / (weight - weight ** 2 + 0.0009)];
    expect(
      ssim(
        point,
        plane(() => 0),
        shape,
      ),
    ).toBeCloseTo(luminance * structure, 6);
  });

  it('is negative where the one is the negative of the other', () => {
    const checks = plane((i) => i % 2);
    expect(
      ssim(
        checks,
        checks.map((value) => 1 - value),
        shape,
      ),
    ).toBeLessThan(-0.9);
  });

  it('comes with the mean squared error over images, and its PSNR', () => {
    const [black, grey] = [plane(() => 0), plane(() => 0.1)];
    const { mse, psnr } = similarity([grey, black], [black, black], shape);
    expect(mse).toBeCloseTo(0.005, 8);
    expect(psnr).toBeCloseTo(23.0103, 3);
  });
});
