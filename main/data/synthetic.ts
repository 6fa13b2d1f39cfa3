import { random } from '../random.ts';
import type { Random } from '../random.ts';
import type { Normalisation } from './catalogue.ts';
import type { DatasetInfo } from './source.ts';

/**
 * The built-in data set: drawn, not downloaded. The class is a letter; its colour, size, place and tilt, the
 * background, the stray strokes and the noise say nothing about it. Telling letters apart takes their fine shape,
 * more than four feature maps carry well. All letters look the same in a mirror, so flips keep the class.
 * An image is a pure function of its part and index: everyone gets the same images.
 */

export const syntheticName = 'synthetic';
export const syntheticNormalisation: Normalisation = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };

const side = 32;
const strays = 2;
const noise = 20;
/** Summed over the channels, between a letter and the background's two colours. */
const leastContrast = 200;

type Point = readonly [x: number, y: number];
type Segment = readonly [from: Point, to: Point];
type Colour = readonly [red: number, green: number, blue: number];

/** Lines through points x,y of a square from -10 to 10, y downwards; "/" begins another line. */
const letters: Record<string, string> = {
  A: '-7,10 0,-10 7,10 / -4,3 4,3',
  H: '-7,-10 -7,10 / 7,-10 7,10 / -7,0 7,0',
  I: '-5,-10 5,-10 / 0,-10 0,10 / -5,10 5,10',
  M: '-8,10 -7,-10 0,4 7,-10 8,10',
  O: '0,-10 5,-7 7.5,0 5,7 0,10 -5,7 -7.5,0 -5,-7 0,-10',
  T: '-8,-10 8,-10 / 0,-10 0,10',
  U: '-7,-10 -7,5 0,10 7,5 7,-10',
  V: '-7.5,-10 0,10 7.5,-10',
  X: '-7.5,-10 7.5,10 / 7.5,-10 -7.5,10',
  Y: '-7.5,-10 0,0 7.5,-10 / 0,0 0,10',
};

const outlines: readonly (readonly Segment[])[] = Object.values(letters).map((outline) =>
  outline.split(' / ').flatMap((line) => {
    const points = line
      .split(' ')
      .map((point) => point.split(',').map((tenths) => Number(tenths) / 10) as [number, number]);
    return points.slice(1).map((to, i): Segment => [points[i], to]);
  }),
);

const classes: readonly string[] = Object.keys(letters);

/** All that the images follow from. `version` is counted up when drawSynthetic draws otherwise. */
export const syntheticDrawing = {
  version: 1,
  normalisation: syntheticNormalisation,
  letters,
  side,
  strays,
  noise,
  leastContrast,
};

/** The set has as many images as are asked for; these numbers hold when nobody asks. */
export const syntheticInfo: DatasetInfo = {
  name: syntheticName,
  shape: [side, side, 3],
  classes,
  trainSamples: 2000,
  testSamples: 1000,
};

/** Uniform in [low, high). */
function between(draw: Random, low: number, high: number): number {
  return low + (high - low) * draw.uniform();
}

function drawColour(draw: Random): Colour {
  return [between(draw, 0, 256), between(draw, 0, 256), between(draw, 0, 256)];
}

function drawContrasting(draw: Random, others: readonly Colour[]): Colour {
  const contrast = (a: Colour, b: Colour): number => a.reduce((sum, value, c) => sum + Math.abs(value - b[c]), 0);
  for (;;) {
    const colour = drawColour(draw);
    if (others.every((other) => contrast(colour, other) > leastContrast)) return colour;
  }
}

/** A letter somewhere near the middle, 16 to 24 pixels high, tilted by up to 17 degrees. */
function placeLetter(draw: Random, outline: readonly Segment[]): Segment[] {
  const scale = between(draw, 8, 12);
  const tilt = between(draw, -0.3, 0.3);
  const [cx, cy] = [between(draw, 13, 19), between(draw, 13, 19)];
  const [cos, sin] = [scale * Math.cos(tilt), scale * Math.sin(tilt)];
  const place = ([x, y]: Point): Point => [cx + cos * x - sin * y, cy + sin * x + cos * y];
  return outline.map(([from, to]): Segment => [place(from), place(to)]);
}

/** A gradient from one colour to another, across the image in a random direction. */
function paintBackground(draw: Random, image: Float32Array, from: Colour, to: Colour): void {
  const angle = between(draw, 0, 2 * Math.PI);
  const [dx, dy] = [Math.cos(angle) / 45, Math.sin(angle) / 45];
  for (let i = 0; i < image.length; i++) {
    const pixel = Math.floor(i / 3);
    const share = 0.5 + ((pixel % side) - 15.5) * dx + (Math.floor(pixel / side) - 15.5) * dy;
    const [a, b] = [from[i % 3], to[i % 3]];
    image[i] = a + (b - a) * share;
  }
}

/** Squared distance of a point to a segment. */
function distance2(x: number, y: number, [from, to]: Segment): number {
  const dx = to[0] - from[0];
  const dy = to[1] - from[1];
  const along = ((x - from[0]) * dx + (y - from[1]) * dy) / (dx * dx + dy * dy || 1);
  const t = Math.max(0, Math.min(1, along));
  return (x - from[0] - t * dx) ** 2 + (y - from[1] - t * dy) ** 2;
}

/** Strokes of a width in pixels, with smooth edges. */
function paintStrokes(image: Float32Array, strokes: readonly Segment[], width: number, colour: Colour): void {
  for (let y = 0, at = 0; y < side; y++) {
    for (let x = 0; x < side; x++, at += 3) {
      let nearest = Infinity;
      for (const stroke of strokes) nearest = Math.min(nearest, distance2(x, y, stroke));
      const cover = Math.min(1, width / 2 + 0.5 - Math.sqrt(nearest));
      if (cover <= 0) continue;
      for (let c = 0; c < 3; c++) {
        const below = image[at + c];
        image[at + c] = below + (colour[c] - below) * cover;
      }
    }
  }
}

/** Draws image `index` of a part into `out` (32×32×3 bytes) and returns its label, `index` modulo 10. */
export function drawSynthetic(part: 'train' | 'test', index: number, out: Uint8Array): number {
  const draw = random(0, syntheticName, part, index);
  const label = index % classes.length;
  const image = new Float32Array(side * side * 3);
  const background = [drawColour(draw), drawColour(draw)] as const;
  paintBackground(draw, image, ...background);
  for (let i = 0; i < strays; i++) {
    const end = (): Point => [between(draw, 0, side), between(draw, 0, side)];
    paintStrokes(image, [[end(), end()]], between(draw, 1, 3), drawColour(draw));
  }
  const colour = drawContrasting(draw, background);
  paintStrokes(image, placeLetter(draw, outlines[label]), between(draw, 2, 3.4), colour);
  for (let i = 0; i < image.length; i++) {
    out[i] = Math.max(0, Math.min(255, Math.round(image[i] + between(draw, -noise / 2, noise / 2))));
  }
  return label;
}
