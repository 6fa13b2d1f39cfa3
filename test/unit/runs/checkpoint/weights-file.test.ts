import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../../../main/runs/checkpoint/weights-file.ts';
import type { NamedTensor, StateDict } from '../../../../main/training/snapshot.ts';
import { temporaryFolder } from '../../../support/run-store.ts';

const shape = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 });
const tensor = fc.tuple(shape, fc.boolean(), fc.float()).map(([dimensions, whole, value]): NamedTensor => {
  const length = dimensions.reduce((product, size) => product * size, 1);
  const data = whole ? new BigInt64Array(length).fill(-(2n ** 62n)) : new Float32Array(length).fill(value);
  return { shape: dimensions, data };
});
const names = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((name) => name !== '__metadata__');
const tensors: fc.Arbitrary<StateDict> = fc
  .uniqueArray(fc.tuple(names, tensor), { selector: ([name]) => name, maxLength: 8 })
  .map((entries) => Object.fromEntries(entries));

/** A file with the header given, as text or JSON, and zeros for data. */
async function fileWith(header: unknown, dataBytes: number): Promise<string> {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const path = join(temporaryFolder(), 'file.safetensors');
  await writeFile(path, Buffer.concat([length, text, Buffer.alloc(dataBytes)]));
  return path;
}

const entry = (dtype: string, dimensions: unknown, begin: unknown, end: unknown) => ({
  dtype,
  shape: dimensions,
  data_offsets: [begin, end],
});

describe('safetensors', () => {
  it('reads back what it wrote, names, shapes and bits', async () => {
    const path = join(temporaryFolder(), 'state.safetensors');
    await fc.assert(
      fc.asyncProperty(
        tensors,
        fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }),
        async (state, metadata) => {
          await writeSafetensors(path, state, metadata);
          const read = await readSafetensors(path);
          expect(read.tensors).toEqual(state);
          expect(read.metadata).toMatchObject(metadata);
        },
      ),
      {
        numRuns: 60,
        examples: [
          [
            Object.fromEntries([['__proto__', { shape: [], data: Float32Array.of(1) }]]),
            JSON.parse('{"__proto__":""}'),
          ],
        ],
      },
    );
  });

  it('writes only the part of a buffer that a tensor views', async () => {
    const path = join(temporaryFolder(), 'view.safetensors');
    await writeSafetensors(path, { part: { shape: [2], data: Float32Array.of(1, 2, 3, 4).subarray(1, 3) } });
    expect((await readSafetensors(path)).tensors['part']?.data).toEqual(Float32Array.of(2, 3));
  });

  it('keeps the bytes of the published layout', async () => {
    const path = join(temporaryFolder(), 'layout.safetensors');
    await writeSafetensors(path, {
      bias: { shape: [1], data: Float32Array.of(1) },
      tracked: { shape: [], data: BigInt64Array.of(3n) },
    });
    const bytes = await readFile(path);
    const headerBytes = Number(bytes.readBigUInt64LE(0));
    expect(headerBytes % 8).toBe(0);
    expect(JSON.parse(bytes.subarray(8, 8 + headerBytes).toString())).toEqual({
      __metadata__: { format: 'pt', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      tracked: { dtype: 'I64', shape: [], data_offsets: [0, 8] },
      bias: { dtype: 'F32', shape: [1], data_offsets: [8, 12] },
    });
    expect(bytes.subarray(8 + headerBytes).toString('hex')).toBe('0300000000000000' + '0000803f');
  });

  it.each([
    ['a header longer than the file', '{}'.padEnd(2), -1, /claims/],
    ['a header that is no JSON', '{"a":', 0, /not a JSON object/],
    ['a header that is a list', '[]', 0, /not a JSON object/],
    ['metadata that is not text', { __metadata__: { a: 1 } }, 0, /strings only/],
    ['a tensor without a shape', { a: { dtype: 'F32', data_offsets: [0, 4] } }, 4, /"a" needs dtype/],
    ['a negative size', { a: entry('F32', [-1], 0, 4) }, 4, /"a" needs dtype/],
    ['an unknown number format', { a: entry('BF16', [1], 0, 2) }, 2, /"a" is BF16/],
    ['a shape that needs other bytes', { a: entry('F32', [3], 0, 4) }, 4, /needs 12 bytes, it has 4/],
    ['a shape beyond all memory', { a: entry('F32', [2 ** 50, 2 ** 50], 0, 4) }, 4, /it has 4/],
    ['a hole', { a: entry('F32', [1], 0, 4), b: entry('F32', [1], 8, 12) }, 12, /"b" starts at byte 8/],
    ['an overlap', { a: entry('F32', [2], 0, 8), b: entry('F32', [1], 4, 8) }, 8, /"b" starts at byte 4/],
    ['data cut short', { a: entry('F32', [2], 0, 8) }, 4, /need 8 bytes, the file has 4/],
    ['data beyond the tensors', { a: entry('F32', [1], 0, 4) }, 5, /need 4 bytes, the file has 5/],
  ])('refuses %s', async (_, header, dataBytes, message) => {
    const path = await fileWith(header, Math.max(0, dataBytes));
    if (dataBytes < 0) await writeFile(path, (await readFile(path)).subarray(0, -1));
    await expect(readSafetensors(path)).rejects.toThrow(message);
    await expect(readSafetensors(path)).rejects.toMatchObject({ code: 'safetensors-invalid' });
  });

  it('refuses a header length it could never hold, without taking the memory', async () => {
    const path = join(temporaryFolder(), 'huge.safetensors');
    await writeFile(path, Buffer.from('ffffffffffffffff7b7d', 'hex'));
    await expect(readSafetensors(path)).rejects.toThrow(/the limit is/);
    await writeFile(path, Buffer.from('0102', 'hex'));
    await expect(readSafetensors(path)).rejects.toThrow(/2 bytes, fewer than the 8/);
  });

  it('answers any damage with its error, never a crash', async () => {
    const path = join(temporaryFolder(), 'mutant.safetensors');
    await writeSafetensors(path, { a: { shape: [2, 3], data: new Float32Array(6) } });
    const whole = await readFile(path);
    const position = fc.integer({ min: 0, max: whole.length - 1 });
    await fc.assert(
      fc.asyncProperty(position, fc.integer({ min: 0, max: 255 }), fc.boolean(), async (at, byte, cut) => {
        const mutant = Buffer.from(cut ? whole.subarray(0, at) : whole);
        if (!cut) mutant[at] = byte;
        await writeFile(path, mutant);
        const outcome = await readSafetensors(path).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'safetensors-invalid' });
      }),
      { numRuns: 200 },
    );
  });
});
