import { createHash } from 'node:crypto';
import { SluiceError } from '../errors.ts';
import type { Control } from './control.ts';
import type { StatePart } from './state.ts';

/** The checkpoints a session keeps on the server, by name. */
export interface Checkpoints {
  save(name: string, bytes: Uint8Array): Control<'done'>;
  get(name: string): Uint8Array;
  drop(name: string): void;
  /** Makes room for a checkpoint that `append` will bring. */
  begin(name: string, bytes: number): void;
  /** Parts come in order; the last one saves the checkpoint. */
  append(part: StatePart): Control<'done'>;
}

interface Upload {
  readonly name: string;
  readonly bytes: Uint8Array;
  filled: number;
}

/** Keeps checkpoints in memory, `maxBytes` in all. Throws `checkpoint-unknown`, `checkpoint-invalid` and `limit-checkpoints`. */
export function createCheckpoints(maxBytes: number): Checkpoints {
  const kept = new Map<string, Uint8Array>();
  let upload: Upload | null = null;

  function requireRoom(name: string, bytes: number): void {
    let used = bytes;
    for (const [other, { length }] of kept) if (other !== name) used += length;
    if (used > maxBytes) {
      throw new SluiceError(
        'limit-checkpoints',
        `The checkpoints of a session would take ${used} bytes, the server allows ${maxBytes}. Drop one first.`,
      );
    }
  }

  function save(name: string, bytes: Uint8Array): Control<'done'> {
    requireRoom(name, bytes.length);
    kept.set(name, bytes);
    return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  }

  return {
    save,
    get(name) {
      const bytes = kept.get(name);
      if (bytes) return bytes;
      throw new SluiceError('checkpoint-unknown', `The server has no checkpoint "${name}" of this session.`, {
        path: 'name',
      });
    },
    drop(name) {
      kept.delete(name);
    },
    begin(name, bytes) {
      requireRoom(name, bytes);
      upload = { name, bytes: new Uint8Array(bytes), filled: 0 };
    },
    append({ offset, total, bytes }) {
      if (upload?.filled !== offset || upload.bytes.length !== total) {
        upload = null;
        throw new SluiceError(
          'checkpoint-invalid',
          `A part of a checkpoint at byte ${offset} of ${total} was not expected.`,
        );
      }
      upload.bytes.set(bytes, offset);
      upload.filled += bytes.length;
      if (upload.filled < total) return {};
      const { name, bytes: whole } = upload;
      upload = null;
      return save(name, whole);
    },
  };
}
