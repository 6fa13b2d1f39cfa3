import { random } from '../../../random.ts';
import { fourier, spectrum, type Spectrum, type Transform } from './fft.ts';

/**
 * Circular convolution and correlation with keys, of two real vectors at a time: one is the real part, the other the imaginary
 * part, and stays so. What is given and taken are the first `length` values.
 */
export interface Circle {
  /** Σ_i K_i ⊛ x_i, (K ⊛ x)_n = Σ_m K_m x_(n−m), of `count` pairs that `fill` puts into zeros. */
  bind(count: number, fill: (i: number, pair: Spectrum) => void): Spectrum;
  /** K_i ⋆ s for each of `count` keys, (K ⋆ s)_n = Σ_m K_m s_(n+m). It is the adjoint of K_i ⊛. */
  unbind(count: number, bound: Spectrum, take: (i: number, pair: Spectrum) => void): void;
}

/** Those of the last budgets: keys are the same for every batch, and a batch of an evaluation opens its codec anew. */
const known = new Map<string, Circle>();
const mostKnown = 8;

/** The circle of so many values with the keys of this number. */
export function circleOf(keys: number, length: number): Circle {
  const name = `${keys} ${length}`;
  const circle = known.get(name) ?? newCircle(keys, length);
  // The last used stands last.
  known.delete(name);
  known.set(name, circle);
  const [oldest] = known.keys();
  if (known.size > mostKnown) known.delete(oldest);
  return circle;
}

/** Key i of a length: normal numbers scaled to a norm of 1. */
function keyOf(keys: number, length: number, i: number): Float64Array {
  const source = random(keys, 'key', length, i);
  const key = Float64Array.from({ length }, () => source.normal());
  const norm = Math.sqrt(key.reduce((sum, value) => sum + value * value, 0));
  return key.map((value) => value / norm);
}

function newCircle(keys: number, length: number): Circle {
  // Other lengths than a power of two are convolved along a line of twice the length, whose ends are then laid together.
  const power = 2 ** Math.ceil(Math.log2(length));
  const size = power === length ? length : 2 * power;
  const transform = fourier(size);
  const spectra: Spectrum[] = [];

  function key(i: number): Spectrum {
    while (spectra.length <= i) {
      const next = spectrum(size);
      next.re.set(keyOf(keys, length, spectra.length));
      transform(next);
      spectra.push(next);
    }
    return spectra[i];
  }

  return {
    bind(count, fill) {
      const sum = spectrum(size);
      const pair = spectrum(size);
      for (let i = 0; i < count; i++) {
        pair.re.fill(0);
        pair.im.fill(0);
        fill(i, pair);
        transform(pair);
        addProduct(sum, key(i), pair, 1);
      }
      invert(transform, sum);
      if (size > length) fold(sum, length, length);
      return sum;
    },
    unbind(count, bound, take) {
      const given = spectrum(size);
      given.re.set(bound.re.subarray(0, length));
      given.im.set(bound.im.subarray(0, length));
      transform(given);
      const pair = spectrum(size);
      for (let i = 0; i < count; i++) {
        pair.re.fill(0);
        pair.im.fill(0);
        addProduct(pair, key(i), given, -1);
        invert(transform, pair);
        // Places below 0 stand at the end.
        if (size > length) fold(pair, length, size - length);
        take(i, pair);
      }
    },
  };
}

/** sum += key · x, with the key conjugated where `sign` is −1. */
function addProduct(sum: Spectrum, key: Spectrum, x: Spectrum, sign: 1 | -1): void {
  for (let k = 0; k < sum.re.length; k++) {
    const [a, b, c, d] = [key.re[k], sign * key.im[k], x.re[k], x.im[k]];
    sum.re[k] += a * c - b * d;
    sum.im[k] += a * d + b * c;
  }
}

function invert(transform: Transform, x: Spectrum): void {
  transform({ re: x.im, im: x.re });
  const size = x.re.length;
  for (let k = 0; k < size; k++) {
    x.re[k] /= size;
    x.im[k] /= size;
  }
}

/** Adds the values from a place on to the first ones. */
function fold({ re, im }: Spectrum, length: number, from: number): void {
  for (let n = 0; n < length; n++) {
    re[n] += re[from + n];
    im[n] += im[from + n];
  }
}
