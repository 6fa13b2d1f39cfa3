import { buildClient, buildServer } from '../model/build.ts';
import type { Cut, NetworkSpec } from '../model/spec.ts';
import { random } from '../random.ts';
import { clientHalf } from '../training/client.ts';
import type { OptimiserSettings } from '../training/optimiser.ts';
import { serverHalf } from '../training/server.ts';
import { typical, type HalfTimes } from './times.ts';

const warmUp = 3;

/** Both halves, whole. */
export type BothTimes = Readonly<Record<'client' | 'server', HalfTimes>>;

export interface HalvesOptions {
  readonly batch: number;
  readonly optimiser: OptimiserSettings;
  readonly passes: number;
}

/** Seconds that the halves of a network really take for a batch at one cut, one after the other as in training. */
export async function timeHalves(
  network: NetworkSpec,
  cut: Cut,
  { batch, optimiser, passes }: HalvesOptions,
): Promise<BothTimes> {
  const { input, classes } = network;
  const client = clientHalf(buildClient(network, cut, { seed: 1 }), { input, gate: {}, optimiser, seed: 1 });
  const clientTrains = client.trainable;
  const server = serverHalf(buildServer(network, cut, { seed: 1 }), { classes, optimiser, seed: 1, clientTrains });
  const source = random(1, 'halves');
  const images = Float32Array.from({ length: batch * input[0] * input[1] * input[2] }, () => source.normal());
  const labels = new Uint16Array(batch);
  const data = { samples: batch, images, labels };
  const laps = { begin: [], step: [], finish: [], infer: [], evaluate: [] } as Record<string, number[]>;
  let step = 0;

  async function lap<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await work();
    if (step >= warmUp) laps[name].push((performance.now() - start) / 1000);
    return result;
  }

  for (; step < warmUp + passes; step++) {
    const { features, finish } = await lap('begin', () => client.begin(data, null, step));
    const request = { ...features, step, labels, classes, learningRate: 0 };
    const { gradient } = await lap('step', () => server.step(request));
    await lap('finish', () => {
      finish(gradient, 0);
      return client.gate();
    });
    const inferred = await lap('infer', () => client.infer(data, null));
    await lap('evaluate', () => server.evaluate({ ...inferred, labels, classes }));
  }
  client.dispose();
  server.dispose();
  return {
    client: { train: typical(laps['begin']) + typical(laps['finish']), infer: typical(laps['infer']) },
    server: { train: typical(laps['step']), infer: typical(laps['evaluate']) },
  };
}
