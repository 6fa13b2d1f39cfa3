import { open, stat } from 'node:fs/promises';
import { SluiceError } from '../../errors.ts';
import type { SourceFile } from './format.ts';

/** How many records of `bytes` bytes a file holds; a file that ends within a record is an error. */
export async function countRecords(file: SourceFile, bytes: number): Promise<number> {
  const { size } = await stat(file.path);
  const whole = Math.floor(size / bytes);
  if (size === 0) throw new SluiceError('file-truncated', `${file.label} is empty. Get the file again.`);
  if (size % bytes !== 0) {
    throw new SluiceError(
      'file-truncated',
      `${file.label} ends within record ${whole}: its ${size} bytes are not a multiple of ${bytes}. Get the file again.`,
    );
  }
  return whole;
}

/** The file's records, up to `most` at a time, with the index of the first. */
export async function* readRecords(
  file: SourceFile,
  bytes: number,
  most: number,
): AsyncGenerator<{ first: number; records: Uint8Array }> {
  const samples = await countRecords(file, bytes);
  const handle = await open(file.path);
  try {
    for (let first = 0; first < samples; first += most) {
      const records = new Uint8Array(Math.min(most, samples - first) * bytes);
      const { bytesRead } = await handle.read(records, 0, records.length, first * bytes);
      if (bytesRead !== records.length) {
        throw new SluiceError(
          'file-truncated',
          `${file.label} ended while it was read, at record ${first}. Import it again.`,
        );
      }
      yield { first, records };
    }
  } finally {
    await handle.close();
  }
}

/** A class index that exists, or an error naming file, record and value. */
export function checkLabel(label: number, classes: readonly string[], file: SourceFile, record: number): number {
  if (label >= 0 && label < classes.length) return label;
  throw new SluiceError(
    'class-unknown',
    `${file.label}, record ${record}: class ${label} does not exist, the ${classes.length} classes are 0 to ${classes.length - 1}. ` +
      'The file is damaged or of another data set.',
  );
}
