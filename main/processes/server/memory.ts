import { totalmem } from 'node:os';
import { SluiceError } from '../../errors.ts';
import type { CutDescription } from '../../model/describe.ts';
import type { Shape } from '../../model/spec.ts';
import { memoryBytes } from '../../offload/codecs/parts/image-memory.ts';
import { anyByImage, type CodecChoice } from '../../offload/codecs/table.ts';
import type { Purpose, SessionRequest } from '../../offload/protocol/control.ts';

/** What a server half takes, in bytes. */
export interface HalfMemory {
  /** Weights, velocities and gradients. */
  readonly fixed: number;
  /** What a training step keeps of one sample; inference takes no more. */
  readonly perSample: number;
}

/** What the codecs of a session may keep at the server, both directions together. */
export function codecMemory(codecs: readonly CodecChoice[]): number {
  return codecs.reduce((sum, codec) => sum + (anyByImage(codec) ? 2 * memoryBytes : 0), 0);
}

/** Of a layer's output a step keeps about this many copies: before and after the norm, activation, gradients, patches. */
const copies = 8;

/** An estimate from the layers alone, before anything is built. */
export function estimateHalf(
  { sent, server }: CutDescription,
  { purpose, optimiser }: Pick<SessionRequest, 'purpose' | 'optimiser'>,
): HalfMemory {
  const trained = optimiser.momentum > 0 ? 3 : 2;
  let weights = 0;
  let values = size(sent);
  for (const { parameters, multiplyAdds, output } of server) {
    // A dense layer with pooling folded in holds only the weights it multiplies with.
    weights += Math.min(parameters, multiplyAdds + 4 * output[2]);
    values += size(output);
  }
  return { fixed: 4 * weights * (purpose === 'infer' ? 1 : trained), perSample: 4 * copies * values };
}

function size([height, width, maps]: Shape): number {
  return height * width * maps;
}

/**
 * The memory of a server. Halves reserve theirs; a batch takes its own on top, one at a time for training and one for
 * inference. As both may compute at once, each leaves room for the largest batch that the other has taken.
 */
export interface MemoryBudget {
  /** Throws `limit-session-memory` and `limit-memory`. Returns what gives it back. */
  reserve(purpose: Purpose, bytes: number): () => void;
  /** Throws `limit-memory` unless a batch of so many bytes has room beside what is reserved. */
  requireRoom(purpose: Purpose, bytes: number, samples: number): void;
  hasRoom(purpose: Purpose, bytes: number): boolean;
}

/** Half of the machine's memory. */
export function defaultMemory(): number {
  return totalmem() / 2;
}

/** For the half of one session, with its velocities and gradients: more than any network of the zoo takes on pictures of 224×224. */
export const defaultSessionBytes = 2 ** 31;

/** `limit`: of all there is; `session`: of one half. */
export function memoryBudget(limit: number, session = limit): MemoryBudget {
  const lanes = { train: { halves: 0, largest: 0 }, infer: { halves: 0, largest: 0 } };
  let reserved = 0;
  const taken = (purpose: Purpose): number => reserved + lanes[purpose === 'train' ? 'infer' : 'train'].largest;
  const hasRoom = (purpose: Purpose, bytes: number): boolean => taken(purpose) + bytes <= limit;
  return {
    hasRoom,
    reserve(purpose, bytes) {
      if (bytes > session) {
        throw new SluiceError(
          'limit-session-memory',
          `The server half needs about ${mebibytes(bytes)}, the server allows ${mebibytes(session)} for that of a session ` +
            '(--session-memory). Cut later, take a narrower network or smaller pictures, or start it with a higher limit.',
          { path: 'model' },
        );
      }
      if (!hasRoom(purpose, bytes)) {
        throw full('The server half needs', 'Cut later, take a narrower network', purpose, bytes);
      }
      const lane = lanes[purpose];
      reserved += bytes;
      lane.halves++;
      let given = false;
      return () => {
        if (given) return;
        given = true;
        reserved -= bytes;
        lane.halves--;
        if (lane.halves === 0) lane.largest = 0;
      };
    },
    requireRoom(purpose, bytes, samples) {
      if (!hasRoom(purpose, bytes)) throw full(`A batch of ${samples} needs`, 'Use a smaller batch', purpose, bytes);
      lanes[purpose].largest = Math.max(lanes[purpose].largest, bytes);
    },
  };

  function full(what: string, remedy: string, purpose: Purpose, bytes: number): SluiceError {
    const free = Math.max(0, limit - taken(purpose));
    return new SluiceError(
      'limit-memory',
      `${what} about ${mebibytes(bytes)}, the offload server has ${mebibytes(free)} of ${mebibytes(limit)} left. ` +
        `${remedy}, or start it with a higher --max-memory.`,
    );
  }
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 ** 2)} MiB`;
}
