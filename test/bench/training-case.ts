import type { EngineName } from '../../main/engine/choices.ts';
import { openEngine } from '../../main/engine/engine.ts';
import { buildClient, buildServer } from '../../main/model/build.ts';
import { networkSpec } from '../../main/model/zoo.ts';
import { random } from '../../main/random.ts';
import { clientHalf } from '../../main/training/client.ts';
import { codecsFor, codecSettings, scheduled } from '../../main/training/controller.ts';
import { inProcessOffloader } from '../../main/training/in-process.ts';
import { serverHalf } from '../../main/training/server.ts';
import { median } from './median.ts';

/**
 * One case of the training benchmark, in a process of its own: VGG11 on CIFAR-10 shapes with the module at layer 5.
 * Arguments: engine, batch, budget (0 is full), threads (0 is all), steps. Prints one JSON line.
 */
const [engineName, batch, budget, threads, steps] = [
  process.argv[2] as EngineName,
  ...process.argv.slice(3).map(Number),
];
const warmUp = 2;

const engine = await openEngine(engineName, { threads: threads || undefined });
const network = networkSpec('vgg11', { input: [32, 32, 3], classes: 10, width: 1 });
const cut = { layer: 5, module: { resolution: 1, features: 1 } };
const optimiser = { momentum: 0, weightDecay: 5e-4 };
const client = clientHalf(buildClient(network, cut, { seed: 1 }), {
  input: network.input,
  gate: {},
  optimiser,
  seed: 1,
});
const server = serverHalf(buildServer(network, cut, { seed: 1 }), {
  classes: network.classes,
  optimiser,
  seed: 1,
  clientTrains: true,
});
const settings = codecSettings({ up: 'float16', down: 'float32', full: 'float32' });
const offloader = inProcessOffloader(server, scheduled(settings).codecs, 1);
const codecs = codecsFor(budget || null, settings);

const source = random(1, 'benchmark');
const images = Float32Array.from({ length: batch * 32 * 32 * 3 }, () => source.normal());
const labels = Uint16Array.from({ length: batch }, () => source.integer(network.classes));
const learningRate = 0.01;

const seconds: number[] = [];
const parts = { client: 0, wire: 0, server: 0 };
for (let step = 0; step < warmUp + steps; step++) {
  const start = performance.now();
  const begun = await client.begin({ samples: batch, images, labels }, budget || null, step);
  const sent = performance.now();
  const answer = await offloader.step(
    { ...begun.features, step, labels, classes: network.classes, learningRate },
    codecs,
  );
  const returned = performance.now();
  begun.finish(answer.gradient, learningRate);
  await client.gate();
  const end = performance.now();
  if (step < warmUp) continue;
  seconds.push((end - start) / 1000);
  parts.client += (sent - start + end - returned) / 1000 / steps;
  parts.wire += answer.wireSeconds / steps;
  parts.server += answer.serverSeconds / steps;
}
process.stdout.write(
  JSON.stringify({ detail: engine.detail, samplesPerSecond: batch / median(seconds), seconds: parts }) + '\n',
);
