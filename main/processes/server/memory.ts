import { totalmem } from 'node:os';
import { SluiceError } from '../../errors.ts';
import type { CutDescription } from '../../model/describe.ts';
import type { Shape } from '../../model/spec.ts';

/** What a server half takes, in bytes. */
export interface HalfMemory {
  /** Weights, velocities and gradients. */
  readonly fixed: number;
  /** What a training step keeps of one sample. */
  readonly perSample: number;
}

/** Of a layer's output a step keeps about this many copies: before and after the norm, activation, gradients, patches. */
const copies = 8;

/** An estimate from the layers alone, before anything is built. */
export function estimateHalf({ sent, server }: CutDescription, momentum: number): HalfMemory {
  let weights = 0;
  let values = size(sent);
  for (const { parameters, multiplyAdds, output } of server) {
    // A dense layer with pooling folded in holds only the weights it multiplies with.
    weights += Math.min(parameters, multiplyAdds + 4 * output[2]);
    values += size(output);
  }
  return { fixed: 4 * weights * (momentum > 0 ? 3 : 2), perSample: 4 * copies * values };
}

function size([height, width, maps]: Shape): number {
  return height * width * maps;
}

/** The memory of a server. Halves reserve theirs; a step takes its own on top, one at a time. */
export interface MemoryBudget {
  /** Throws `limit-memory`. Returns what gives it back. */
  reserve(bytes: number): () => void;
  /** Throws `limit-memory` unless a step of so many bytes has room beside what is reserved. */
  requireRoom(bytes: number, samples: number): void;
  hasRoom(bytes: number): boolean;
}

/** Half of the machine's memory. */
export function defaultMemory(): number {
  return totalmem() / 2;
}

export function memoryBudget(limit: number): MemoryBudget {
  let reserved = 0;
  const hasRoom = (bytes: number): boolean => reserved + bytes <= limit;
  return {
    hasRoom,
    reserve(bytes) {
      if (!hasRoom(bytes)) throw full('The server half needs', 'Cut later, take a narrower network', bytes);
      reserved += bytes;
      let given = false;
      return () => {
        if (!given) reserved -= bytes;
        given = true;
      };
    },
    requireRoom(bytes, samples) {
      if (!hasRoom(bytes)) throw full(`A batch of ${samples} needs`, 'Use a smaller batch', bytes);
    },
  };

  function full(what: string, remedy: string, bytes: number): SluiceError {
    const free = Math.max(0, limit - reserved);
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
