import { expect, it } from 'vitest';
import { compressions } from '../../../../main/offload/codecs/compression.ts';
import { availableCodecs, codecNames } from '../../../../main/offload/codecs/table.ts';
import { where } from '../../../support/where.ts';

const mebibyte = 2 ** 20;

for (const compression of compressions) {
  where(compression.available(), 'no zstd in this Node').describe(compression.name, () => {
    const text = new TextEncoder().encode('maps and gradients, gradients and maps '.repeat(100));
    const pack = () => compression.compress(text);
    const unpack = (bytes: Uint8Array, size: number): Uint8Array => compression.decompress(bytes, { exact: size });
    const refused = (words: RegExp) =>
      expect.objectContaining({ code: 'message-malformed', message: expect.stringMatching(words) as string }) as Error;

    it('gives back what it was given, in fewer bytes', () => {
      const packed = pack();
      expect(Buffer.from(unpack(packed, text.length)).equals(text)).toBe(true);
      expect(packed.length).toBeLessThan(text.length / 10);
      expect(compression.decompress(packed, { atMost: text.length + 1 })).toHaveLength(text.length);
    });

    it('never unpacks more than was announced', () => {
      const bomb = compression.compress(new Uint8Array(64 * mebibyte));
      expect(bomb.length).toBeLessThan(mebibyte);
      // It stops there: nobody has counted what there would have been.
      expect(() => unpack(bomb, 1000)).toThrow(refused(/longer than announced/));
      expect(() => compression.decompress(bomb, { atMost: 1000 })).toThrow(refused(/longer than announced/));
    });

    it('refuses what is shorter, damaged or followed by more', () => {
      const packed = pack();
      expect(() => unpack(packed, text.length + 1)).toThrow(refused(/holds 3900 bytes, expected 3901/));
      expect(() => unpack(packed.subarray(0, -9), text.length)).toThrow(refused(/damaged/));
      expect(() => unpack(Uint8Array.of(...packed, 1, 2, 3), text.length)).toThrow(refused(/3 bytes follow|damaged/));
    });
  });
}

where(!compressions.every(({ available }) => available()), 'zstd in this Node').it(
  'a Node without zstd offers no codec that needs it, and says from which one on there is',
  () => {
    const zstd = codecNames.filter((name) => name.endsWith('+zstd'));
    expect(availableCodecs()).toEqual(codecNames.filter((name) => !zstd.includes(name)));
    for (const compression of compressions.filter(({ available }) => !available())) {
      expect(() => compression.require()).toThrow(expect.objectContaining({ code: 'codec-unavailable' }) as Error);
      expect(() => compression.compress(new Uint8Array(1))).toThrow(/22\.15/);
    }
  },
);
