import { z } from 'zod';
import { SluiceError } from '../../errors.ts';
import { malformed } from '../protocol/header.ts';
import { valuesIn, type Codec, type CodecWords, type Layout, type OpenCodec, type TensorShape } from './codec.ts';
import { greyPictures, type PictureFormat } from './parts/grey-pictures.ts';
import { int8 } from './int8.ts';
import { levelBytes } from './parts/map-levels.ts';

const params = z.strictObject({
  quality: z.int().min(1).max(100).default(75).describe('How good the picture is: a worse one takes fewer bytes'),
});
type Params = z.output<typeof params>;

/** What WebP can be, and JPEG nearly. */
const longestSide = 16_383;

/** The first byte: whether the levels follow as they are, as pictures of few values are larger, or the picture. */
const [asLevels, asPicture] = [0, 1];

/** The picture of a tensor: the maps of its samples as tiles, row by row, those of one map next to each other. */
interface Picture {
  readonly columns: number;
  readonly width: number;
  readonly height: number;
}

/** As square as it goes; null for what is too large for one. */
function pictureOf([samples, height, width, maps]: TensorShape): Picture | null {
  const tiles = samples * maps;
  const columns = Math.min(tiles, Math.ceil(Math.sqrt((tiles * height) / width)), Math.floor(longestSide / width));
  const picture = { columns, width: columns * width, height: Math.ceil(tiles / columns) * height };
  return columns > 0 && picture.height <= longestSide ? picture : null;
}

/** Calls for each value with its place in the picture. */
function visit(shape: TensorShape, { columns, width }: Picture, each: (value: number, pixel: number) => void): void {
  const [samples, tileHeight, tileWidth, maps] = shape;
  for (let s = 0, i = 0; s < samples; s++) {
    for (let y = 0; y < tileHeight; y++) {
      for (let x = 0; x < tileWidth; x++) {
        for (let k = 0; k < maps; k++, i++) {
          const tile = k * samples + s;
          const row = Math.floor(tile / columns) * tileHeight + y;
          each(i, row * width + (tile % columns) * tileWidth + x);
        }
      }
    }
  }
}

function open(format: PictureFormat, { quality }: Params): OpenCodec {
  if (!greyPictures.available()) {
    const message = `${format} needs an image library, which a browser has none of. Choose another codec, as int8+deflate.`;
    throw new SluiceError('codec-unavailable', message, { path: 'codec' });
  }
  const plain = int8.open();

  function encode(values: Float32Array, layout: Layout): Uint8Array {
    const levels = plain.encode(values, layout);
    const head = levelBytes * layout.shape[3];
    const picture = pictureOf(layout.shape);
    if (picture) {
      const grey = new Uint8Array(picture.width * picture.height);
      visit(layout.shape, picture, (value, pixel) => (grey[pixel] = levels[head + value]));
      const written = greyPictures.write(format, grey, picture.width, picture.height, quality);
      if (written.length < values.length) return joined(asPicture, levels.subarray(0, head), written);
    }
    return joined(asLevels, levels);
  }

  function decode(bytes: Uint8Array, layout: Layout): Float32Array {
    const head = levelBytes * layout.shape[3];
    const all = valuesIn(layout.shape);
    const [form, rest] = [bytes[0], bytes.subarray(1)];
    if (form === asLevels && rest.length === head + all) return plain.decode(rest, layout);
    const picture = pictureOf(layout.shape);
    if (form !== asPicture || !picture || rest.length <= head)
      throw malformed(
        `A tensor in ${format} has the form ${form} and ${rest.length} bytes, expected 0 with levels or 1 with a picture.`,
      );
    const grey = greyPictures.read(format, rest.slice(head), picture.width, picture.height);
    if (!(grey instanceof Uint8Array)) {
      const expected = `${format} of ${picture.width} × ${picture.height}`;
      throw malformed(`The picture of a tensor is no ${expected}: ${grey.failed}.`);
    }
    const levels = new Uint8Array(head + all);
    levels.set(rest.subarray(0, head));
    visit(layout.shape, picture, (value, pixel) => (levels[head + value] = grey[pixel]));
    return plain.decode(levels, layout);
  }

  return { encode, decode };
}

function joined(form: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(1 + parts.reduce((sum, { length }) => sum + length, 0));
  bytes[0] = form;
  let at = 1;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * The maps as one grey picture, as in Ko et al. (AVSS 2018): 256 levels over the range of each map, those of `int8`, as tiles of
 * a JPEG or WebP. A value arrives within the range of its map; how near depends on the quality and on what is around it. It never
 * takes more than a byte beside `int8`.
 */
function picture<Name extends PictureFormat>(name: Name, words: CodecWords): Codec<Name, typeof params> {
  return {
    name,
    words,
    params,
    largest: int8.largest,
    // A picture of what is missing need not bring it nearer.
    memories: ['delta'],
    size: (shape) => ({ atMost: 1 + int8.size(shape).exact }),
    open: (chosen) => open(name, chosen),
    errorBound: (value, within) => within.map.max - within.map.min + int8.errorBound(value, within),
    available: greyPictures.available,
  };
}

export const jpeg = picture('jpeg', {
  label: 'JPEG of the maps',
  hint: 'All maps as tiles of a grey picture, whose fine detail is lost',
});

export const webp = picture('webp', {
  label: 'WebP of the maps',
  hint: 'As JPEG, mostly in fewer bytes and more slowly',
});
