import type { SentMaps } from './device.ts';

/** Screen pixels around each map. */
const gap = 2;
/** Of the whole picture at most, about. */
const side = 640;

/** How maps stand beside one another in a picture that is about 4:3. */
export function gridOf(maps: number, height: number, width: number): { columns: number; rows: number } {
  const columns = Math.max(1, Math.min(maps, Math.round(Math.sqrt((maps * height * 4) / (width * 3)))));
  return { columns, rows: Math.ceil(maps / columns) };
}

/** Each map from its smallest value, dark, to its largest, light. */
export function drawMaps(canvas: HTMLCanvasElement, { values, height, width, maps }: SentMaps): void {
  const { columns, rows } = gridOf(maps, height, width);
  const scale = Math.max(1, Math.floor(side / Math.max(columns * width, rows * height)));
  const [cellWidth, cellHeight] = [scale * width + gap, scale * height + gap];
  canvas.width = columns * cellWidth - gap;
  canvas.height = rows * cellHeight - gap;
  const context = canvas.getContext('2d')!;
  const picture = new OffscreenCanvas(width, height);
  const painter = picture.getContext('2d')!;
  context.imageSmoothingEnabled = false;
  for (let map = 0; map < maps; map++) {
    painter.putImageData(pictureOf({ values, height, width, maps }, map), 0, 0);
    const [left, top] = [(map % columns) * cellWidth, Math.floor(map / columns) * cellHeight];
    context.drawImage(picture, left, top, scale * width, scale * height);
  }
}

function pictureOf({ values, height, width, maps }: SentMaps, map: number): ImageData {
  let [low, high] = [Infinity, -Infinity];
  for (let at = map; at < values.length; at += maps) {
    low = Math.min(low, values[at]);
    high = Math.max(high, values[at]);
  }
  const picture = new ImageData(width, height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const share = high > low ? (values[pixel * maps + map] - low) / (high - low) : 0;
    picture.data.set(colourOf(share), 4 * pixel);
  }
  return picture;
}

/** From a dark blue through Sluice's own colour to nearly white. */
function colourOf(share: number): [number, number, number, number] {
  const [from, to, part] = share < 0.5 ? [dark, middle, 2 * share] : [middle, light, 2 * share - 1];
  const mixed = from.map((value, i) => value + (to[i] - value) * part);
  return [mixed[0], mixed[1], mixed[2], 255];
}

const dark = [9, 24, 38];
const middle = [24, 140, 160];
const light = [240, 250, 235];
