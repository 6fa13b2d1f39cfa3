import { describe, expect, it } from 'vitest';
import { decodeBmp } from '../../../main/data/bmp.ts';

interface Look {
  readonly bits: number;
  /** Rows as they are stored, the lower one first unless `height` is negative; padded to four bytes here. */
  readonly rows: readonly (readonly number[])[];
  readonly width: number;
  readonly height?: number;
  readonly compression?: number;
  /** What stands between header and pixels: a palette of blue, green, red, 0, or masks. */
  readonly between?: readonly number[];
}

/** A BMP with the header of 40 bytes. */
function bmp({ bits, rows, width, height = rows.length, compression = 0, between = [] }: Look): Buffer {
  const header = Buffer.alloc(54);
  header.write('BM');
  header.writeUInt32LE(54 + between.length, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(width, 18);
  header.writeInt32LE(height, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(bits, 28);
  header.writeUInt32LE(compression, 30);
  const padded = rows.flatMap((row) => [...row, ...Array<number>((4 - (row.length % 4)) % 4).fill(0)]);
  return Buffer.concat([header, Uint8Array.from([...between, ...padded])]);
}

const words = (...values: number[]): number[] => values.flatMap((value) => [value & 255, value >> 8]);
const longs = (...values: number[]): number[] =>
  values.flatMap((value) => [0, 8, 16, 24].map((bit) => (value >>> bit) & 255));
const pixelsOf = (bytes: Buffer): number[] => [...decodeBmp(bytes).pixels];

const [red, green, blue, white] = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
];

describe('a BMP', () => {
  it('of 24 bits has blue first and the lower row first', () => {
    const bytes = bmp({
      bits: 24,
      width: 2,
      rows: [
        [255, 0, 0, 255, 255, 255],
        [0, 0, 255, 0, 255, 0],
      ],
    });
    expect(decodeBmp(bytes)).toMatchObject({ width: 2, height: 2 });
    expect(pixelsOf(bytes)).toEqual([red, green, blue, white].flat());
  });

  it('of negative height has the upper row first', () => {
    const bytes = bmp({
      bits: 24,
      width: 1,
      height: -2,
      rows: [
        [0, 0, 255],
        [255, 0, 0],
      ],
    });
    expect(pixelsOf(bytes)).toEqual([red, blue].flat());
  });

  it('of 32 bits is opaque', () => {
    expect(pixelsOf(bmp({ bits: 32, width: 2, rows: [[0, 0, 255, 0, 0, 255, 0, 9]] }))).toEqual([red, green].flat());
  });

  it.each([
    [1, [0b01000000]],
    [4, [0x01]],
    [8, [0, 1]],
  ])('of %i bits takes colours from its palette', (bits, row) => {
    const between = [0, 0, 255, 0, 0, 255, 0, 0];
    expect(pixelsOf(bmp({ bits, width: 2, rows: [row], between }))).toEqual([red, green].flat());
  });

  it('of 16 bits has five for each channel, stretched to 255', () => {
    expect(pixelsOf(bmp({ bits: 16, width: 2, rows: [words(0x7c00, 0x0210)] }))).toEqual([255, 0, 0, 0, 132, 132]);
  });

  it('with masks takes the channels from them', () => {
    const between = longs(0xf800, 0x07e0, 0x001f);
    const rows = [words(0xf800, 0x0400)];
    expect(pixelsOf(bmp({ bits: 16, width: 2, rows, between, compression: 3 }))).toEqual([255, 0, 0, 0, 130, 0]);
    const swapped = longs(0xff, 0xff00, 0xff0000);
    expect(pixelsOf(bmp({ bits: 32, width: 1, rows: [longs(0x030201)], between: swapped, compression: 3 }))).toEqual([
      1, 2, 3,
    ]);
    const top = longs(0xff000000, 0xff0000, 0xff00);
    expect(pixelsOf(bmp({ bits: 32, width: 1, rows: [longs(0x01020300)], between: top, compression: 3 }))).toEqual([
      1, 2, 3,
    ]);
  });

  it('of the oldest kind has a short header and a palette of three bytes', () => {
    const header = Buffer.alloc(26);
    header.write('BM');
    header.writeUInt32LE(32, 10);
    header.writeUInt32LE(12, 14);
    [2, 1, 1, 8].forEach((value, i) => header.writeUInt16LE(value, 18 + 2 * i));
    expect(pixelsOf(Buffer.concat([header, Uint8Array.of(0, 0, 255, 0, 255, 0, 0, 1, 0, 0)]))).toEqual(
      [red, green].flat(),
    );
  });

  it('that is damaged or of another kind is refused with the reason', () => {
    const whole = bmp({ bits: 24, width: 2, rows: [[0, 0, 0, 0, 0, 0]] });
    expect(() => decodeBmp(whole.subarray(0, -1))).toThrow('ends before its last row');
    expect(() => decodeBmp(whole.subarray(0, 20))).toThrow('ends within its header');
    expect(() => decodeBmp(whole.subarray(0, 40))).toThrow('ends within its header');
    expect(() => decodeBmp(bmp({ bits: 8, width: 2, rows: [[0, 0]], compression: 1 }))).toThrow('RLE8');
    expect(() => decodeBmp(bmp({ bits: 24, width: 40_000, rows: [[0]], height: 40_000 }))).toThrow('40000×40000');
    expect(() => decodeBmp(bmp({ bits: 8, width: 1, rows: [[200]] }))).toThrow('no colour 200');
    expect(() => decodeBmp(bmp({ bits: 7, width: 1, rows: [[0]] }))).toThrow('7 bits');
    expect(() => decodeBmp(bmp({ bits: 24, width: 0, rows: [[]] }))).toThrow('0×1');
  });
});
