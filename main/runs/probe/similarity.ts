import type { Shape } from '../../model/spec.ts';

/** How near pictures of values in [0, 1] are to their originals: means over the images. */
export interface Similarity {
  /** Of structure (Wang et al. 2004), 1 for the original itself. */
  readonly ssim: number;
  readonly mse: number;
  /** 10·log₁₀(1 / mse) of that mean, in dB. */
  readonly psnr: number;
}

/** Of the window that SSIM is computed in, in pixels a side. */
export const windowSide = 11;
const sigma = 1.5;
const [c1, c2] = [0.01 ** 2, 0.03 ** 2];

const gaussian = ((): readonly number[] => {
  const middle = (windowSide - 1) / 2;
  const values = Array.from({ length: windowSide }, (_, i) => Math.exp(-((i - middle) ** 2) / (2 * sigma ** 2)));
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => value / sum);
})();

/** Pictures beside originals, [h, w, channels] each, row-major, h and w of `windowSide` at least. */
export function similarity(
  pictures: readonly Float32Array[],
  originals: readonly Float32Array[],
  shape: Shape,
): Similarity {
  let [ssims, squares] = [0, 0];
  for (const [i, picture] of pictures.entries()) {
    ssims += ssim(picture, originals[i], shape);
    squares += meanSquare(picture, originals[i]);
  }
  const mse = squares / pictures.length;
  return { ssim: ssims / pictures.length, mse, psnr: -10 * Math.log10(mse) };
}

/**
 * The structural similarity of two images (Wang, Bovik, Sheikh and Simoncelli 2004): 11 × 11 Gaussian window of σ = 1.5 at every
 * place where it lies within the image, K₁ = 0.01, K₂ = 0.03, L = 1; the mean over places and channels.
 */
export function ssim(a: Float32Array, b: Float32Array, [height, width, channels]: Shape): number {
  let sum = 0;
  for (let channel = 0; channel < channels; channel++) {
    const plane = (of: (i: number) => number): Float64Array =>
      blurred(
        Float64Array.from({ length: height * width }, (_, i) => of(i * channels + channel)),
        height,
        width,
      );
    const meanA = plane((i) => a[i]);
    const meanB = plane((i) => b[i]);
    const squareA = plane((i) => a[i] * a[i]);
    const squareB = plane((i) => b[i] * b[i]);
    const product = plane((i) => a[i] * b[i]);
    let total = 0;
    for (let i = 0; i < meanA.length; i++) {
      const [x, y] = [meanA[i], meanB[i]];
      const [varA, varB, covariance] = [squareA[i] - x * x, squareB[i] - y * y, product[i] - x * y];
      total += ((2 * x * y + c1) * (2 * covariance + c2)) / ((x * x + y * y + c1) * (varA + varB + c2));
    }
    sum += total / meanA.length;
  }
  return sum / channels;
}

/** The weighted mean of every window within a plane, rows and then columns. */
function blurred(plane: Float64Array, height: number, width: number): Float64Array {
  const [rows, columns] = [height - windowSide + 1, width - windowSide + 1];
  const across = new Float64Array(height * columns);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let k = 0; k < windowSide; k++) sum += gaussian[k] * plane[y * width + x + k];
      across[y * columns + x] = sum;
    }
  }
  const both = new Float64Array(rows * columns);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let k = 0; k < windowSide; k++) sum += gaussian[k] * across[(y + k) * columns + x];
      both[y * columns + x] = sum;
    }
  }
  return both;
}

function meanSquare(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum / a.length;
}
