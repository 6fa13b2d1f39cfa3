import { describe, expect, it } from 'vitest';
import { grounds, palettes, type Scheme } from '../../../main/charts/drawing/palette.ts';

type Triple = readonly [number, number, number];

/** What people with one kind of cone lacking see, as matrices of linear RGB (Machado, Oliveira and Fernandes, 2009). */
const visions: Readonly<Record<string, readonly Triple[]>> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const times = (matrix: readonly Triple[], [r, g, b]: Triple): Triple =>
  matrix.map(([x, y, z]) => x * r + y * g + z * b) as unknown as Triple;

/** sRGB without its curve, 0…1. */
const linear = (colour: string): Triple =>
  [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)) as unknown as Triple;

const luminance = (colour: string): number => times([[0.2126, 0.7152, 0.0722]], linear(colour))[0];

/** Of WCAG 2: 3 is what graphics need. */
function contrast(one: string, other: string): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** CIE L*a*b* of a colour as it is seen. */
function lab(colour: string, vision: readonly Triple[]): Triple {
  const seen = times(vision, linear(colour)).map((part) => Math.min(1, Math.max(0, part))) as unknown as Triple;
  const white = times(toXyz, [1, 1, 1]);
  const [x, y, z] = times(toXyz, seen).map((value, i) => {
    const share = value / white[i];
    return share > 216 / 24389 ? Math.cbrt(share) : ((24389 / 27) * share + 16) / 116;
  });
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const toXyz: readonly Triple[] = [
  [0.4124564, 0.3575761, 0.1804375],
  [0.2126729, 0.7151522, 0.072175],
  [0.0193339, 0.119192, 0.9503041],
];

const okabeIto = ['#e69f00', '#56b4e9', '#009e73', '#f0e442', '#0072b2', '#d55e00', '#cc79a7', '#000000'];

describe.each(Object.keys(palettes) as Scheme[])('the colours on a %s ground', (scheme) => {
  const palette = palettes[scheme];

  it.each(Object.keys(visions))('are told apart: %s', (name) => {
    const seen = palette.map((colour) => lab(colour, visions[name]));
    const apart = seen.flatMap((one, i) =>
      seen.slice(i + 1).map((other) => Math.hypot(...one.map((v, k) => v - other[k]))),
    );
    // A difference of 2 is just seen side by side; lines and their legend lie apart.
    expect(Math.min(...apart)).toBeGreaterThan(15);
  });

  it('begin with five of which none is taken for another', () => {
    const five = palette.slice(0, 5).map((colour) => lab(colour, visions['usual']));
    const apart = five.flatMap((one, i) =>
      five.slice(i + 1).map((other) => Math.hypot(...one.map((v, k) => v - other[k]))),
    );
    expect(Math.min(...apart)).toBeGreaterThan(40);
  });

  it('stand out from it', () => {
    for (const colour of palette) expect(contrast(colour, grounds[scheme].ground)).toBeGreaterThanOrEqual(3);
  });

  it('are those of Okabe and Ito that the documentation names', () => {
    const own = okabeIto.filter((colour) => palette.includes(colour));
    const six = ['#e69f00', '#56b4e9', '#009e73', '#f0e442', '#d55e00', '#cc79a7'];
    expect(own).toEqual(scheme === 'light' ? ['#009e73', '#0072b2', '#d55e00', '#cc79a7'] : six);
  });
});
