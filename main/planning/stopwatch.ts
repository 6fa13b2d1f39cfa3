import * as tf from '@tensorflow/tfjs-core';

/** Times what an engine does, which may compute long after it was asked to. */
export interface Stopwatch {
  /** Work, until the tensor it makes is there; null: until the call is over. */
  lap<T>(
    work: () => T,
    made: (result: T) => tf.Tensor | null,
  ): Promise<{ readonly result: T; readonly seconds: number }>;
  /** Work that waits for the engine itself. */
  waited(work: () => Promise<void>): Promise<number>;
  /** Resolves when a tensor is computed. */
  settle(tensor: tf.Tensor): Promise<void>;
}

/** A stopwatch for the open engine. That of the cpu is done when a call returns; others are asked for a value, and what that takes is left out. */
export async function stopwatch(): Promise<Stopwatch> {
  const waits = tf.getBackend() !== 'wasm';
  const settle = async (tensor: tf.Tensor): Promise<void> => {
    if (!waits) return;
    const value = tf.tidy(() => tf.slice(tf.reshape(tensor, [tensor.size]), 0, 1));
    await value.data();
    value.dispose();
  };
  const asking = waits ? await leastSeconds(settle) : 0;
  return {
    settle,
    async lap(work, made) {
      const start = performance.now();
      const result = work();
      const tensor = made(result);
      if (tensor) await settle(tensor);
      const seconds = (performance.now() - start) / 1000;
      return { result, seconds: Math.max(0, seconds - (tensor ? asking : 0)) };
    },
    async waited(work) {
      const start = performance.now();
      await work();
      return (performance.now() - start) / 1000;
    },
  };
}

async function leastSeconds(settle: (tensor: tf.Tensor) => Promise<void>): Promise<number> {
  const there = tf.zeros([16]);
  let least = Infinity;
  for (let i = 0; i < 20; i++) {
    const start = performance.now();
    await settle(there);
    least = Math.min(least, (performance.now() - start) / 1000);
  }
  there.dispose();
  return least;
}
