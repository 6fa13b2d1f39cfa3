import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../../main/engine/engine.ts';
import type { Budget } from '../../../main/records/column.ts';
import {
  branchedNetwork,
  noise,
  openHalves,
  tinyCut,
  tinyNetwork,
  trainStep,
  type Halves,
} from '../../support/halves.ts';

/** What the engine has its allocator hold; kernels' scratch memory and tensors alike. */
const held = new Map<number, number>();

interface Allocator {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(offset: number): void;
}

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
  const allocator = allocatorInUse();
  // Emscripten puts the real functions in place of these two when they are first called.
  allocator._free(allocator._malloc(8));
  const [malloc, free] = [allocator._malloc.bind(allocator), allocator._free.bind(allocator)];
  allocator._malloc = (bytes) => {
    const offset = malloc(bytes);
    held.set(offset, bytes);
    return offset;
  };
  allocator._free = (offset) => {
    held.delete(offset);
    free(offset);
  };
});

function allocatorInUse(): Allocator {
  return (tf.backend() as unknown as { readonly wasm: Allocator }).wasm;
}

function inUse(): { tensors: number; buffers: number; bytes: number; blocks: number; heap: number } {
  const { numTensors, numDataBuffers, numBytes } = tf.memory();
  const blocks = [...held.values()].reduce((sum, bytes) => sum + bytes, 0);
  return {
    tensors: numTensors,
    buffers: numDataBuffers,
    bytes: numBytes,
    blocks,
    heap: allocatorInUse().HEAPU8.length,
  };
}

const batch = noise('batch', tinyNetwork, 4);

/** 500 steps, and what was in use after the second and the last. */
async function train(halves: Halves, budget: Budget): Promise<ReturnType<typeof inUse>[]> {
  const seen: ReturnType<typeof inUse>[] = [];
  for (let step = 0; step < 500; step++) {
    await trainStep(halves, batch, { budget, step, learningRate: 0.001 });
    if (step === 1 || step === 499) seen.push(inUse());
  }
  return seen;
}

describe('500 steps', () => {
  it.each([
    { title: 'within a budget', cut: tinyCut, budget: 2, momentum: 0 },
    { title: 'at full budget, with momentum', cut: tinyCut, budget: null, momentum: 0.9 },
    { title: 'at r = 2', cut: { layer: 3, module: { resolution: 2, features: 2 } }, budget: 1, momentum: 0.9 },
    { title: 'without a module', cut: { layer: 3, module: null }, budget: null, momentum: 0 },
    { title: 'of raw-image offload', cut: { layer: 0, module: null }, budget: null, momentum: 0 },
    { title: 'of blocks with branches', network: branchedNetwork, cut: tinyCut, budget: 2, momentum: 0.9 },
  ])('$title use no more memory than 2, and give it all back', { timeout: 60_000 }, async (given) => {
    const before = inUse();
    const halves = openHalves(given.network ?? tinyNetwork, given.cut, { momentum: given.momentum });
    const [second, last] = await train(halves, given.budget);
    expect(last).toEqual(second);
    halves.dispose();
    expect({ ...inUse(), heap: 0 }).toEqual({ ...before, heap: 0 });
  });
});

describe('everything else a training does', () => {
  it('uses memory for as long as it takes', async () => {
    const halves = openHalves(tinyNetwork, tinyCut, { momentum: 0.9 });
    const { client, server, offloader } = halves;
    const round = async (): Promise<void> => {
      for (const budget of [2, null]) {
        const features = await client.infer(batch, budget);
        await offloader.evaluate({ ...features, labels: batch.labels, classes: 3 }, halves.codecs.up);
        await server.infer(features);
      }
      client.write(await client.read());
      server.write(await server.read());
      client.setGate((await client.gate())!);
      client.resetOptimiser();
      server.resetOptimiser();
      (await client.begin(batch, 2, 0)).abandon();
    };
    await round();
    const before = inUse();
    for (let i = 0; i < 20; i++) await round();
    expect(inUse()).toEqual(before);
    halves.dispose();
  });
});
