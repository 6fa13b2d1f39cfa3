/** Complex numbers of one transform, in double precision. */
export interface Spectrum {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

export function spectrum(length: number): Spectrum {
  return { re: new Float64Array(length), im: new Float64Array(length) };
}

/** Transforms in place: X_k = Σ x_n e^(−2πikn/N). The inverse is the same with real and imaginary parts exchanged, over N. */
export type Transform = (x: Spectrum) => void;

/** The discrete Fourier transform of a length that is a power of two (Cooley and Tukey, 1965, radix 2). */
export function fourier(length: number): Transform {
  const half = length / 2;
  const [cos, sin] = [new Float64Array(half), new Float64Array(half)];
  for (let k = 0; k < half; k++) {
    cos[k] = Math.cos((2 * Math.PI * k) / length);
    sin[k] = Math.sin((2 * Math.PI * k) / length);
  }
  const reversed = new Uint32Array(length);
  for (let i = 1; i < length; i++) reversed[i] = (reversed[i >> 1] >> 1) | (i & 1 ? half : 0);

  function reorder({ re, im }: Spectrum): void {
    for (let i = 0; i < length; i++) {
      const j = reversed[i];
      if (j <= i) continue;
      [re[i], re[j]] = [re[j], re[i]];
      [im[i], im[j]] = [im[j], im[i]];
    }
  }

  return (x) => {
    reorder(x);
    const { re, im } = x;
    for (let size = 1; size < length; size *= 2) {
      const stride = half / size;
      for (let from = 0; from < length; from += 2 * size) {
        for (let k = 0, a = from, b = from + size; k < size; k++, a++, b++) {
          const [c, s] = [cos[k * stride], sin[k * stride]];
          const [real, imaginary] = [re[b] * c + im[b] * s, im[b] * c - re[b] * s];
          re[b] = re[a] - real;
          im[b] = im[a] - imaginary;
          re[a] += real;
          im[a] += imaginary;
        }
      }
    }
  };
}
