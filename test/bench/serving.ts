import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openEngine } from '../../main/engine/engine.ts';
import type { NetworkName } from '../../main/model/zoo.ts';
import { linkPresets, type Link } from '../../main/offload/link/link.ts';
import type { Address } from '../../main/offload/link/relay.ts';
import type { CodecName } from '../../main/offload/codecs/table.ts';
import { newToken } from '../../main/offload/transport/new-token.ts';
import { startChild } from '../../main/processes/child.ts';
import { startLinks } from '../../main/processes/link/start.ts';
import { random } from '../../main/random.ts';
import type { BatchLimits } from '../../main/serving/batcher.ts';
import { servedPairs } from '../../main/serving/pairs.ts';
import { wholeOf, type OpenedSet } from '../../main/sets/open.ts';
import { requestBudget } from '../../main/sets/pair.ts';
import { makeTestSet } from '../support/model-set.ts';
import { median } from './median.ts';
import { mapsForm, pictureForm, type Form } from './serving/forms.ts';
import { closedLoop, openLoop, type Outcome } from './serving/load.ts';
import { wholeSet, type BenchReady, type BenchServe } from './serving/messages.ts';

/**
 * A server for inference under load, in a process of its own: by form of the request, number of clients, link, with batches and
 * without; closed (each client asks when it has its answer) and open (Poisson arrivals at a share of what the closed loop
 * reached, which do not wait for answers). Times are from when a request was due to its answer, without the device's own
 * work before it, which is told apart. The networks have random weights: they take as long as trained ones.
 *
 * `npm run bench:serving -- --links loopback --clients 1,8 --seconds 2` is a part.
 */

const { values: asked } = parseArgs({
  options: {
    network: { type: 'string', default: 'vgg11' },
    layer: { type: 'string', default: '5' },
    budgets: { type: 'string', default: 'full,16,4' },
    codec: { type: 'string', default: 'int8' },
    pictures: { type: 'string', default: 'raw,jpeg,webp' },
    links: { type: 'string', default: `loopback,${Object.keys(linkPresets).join(',')}` },
    clients: { type: 'string', default: '1,8,64' },
    batching: { type: 'string', default: 'off,on' },
    'max-batch': { type: 'string', default: '32' },
    'max-wait-ms': { type: 'string', default: '2' },
    threads: { type: 'string', default: String(cpus().length) },
    seconds: { type: 'string', default: '3' },
    share: { type: 'string', default: '0.7' },
    'limit-ms': { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
  },
});
const list = (text: string): string[] => text.split(',').filter((part) => part !== '');
const limitMs = Number(asked['limit-ms']);
const seconds = Number(asked.seconds);
const queue = 4096;

const batchings: Readonly<Record<string, BatchLimits>> = {
  off: { maxBatch: 1, maxWaitMs: 0, maxQueue: queue },
  on: { maxBatch: Number(asked['max-batch']), maxWaitMs: Number(asked['max-wait-ms']), maxQueue: queue },
};

async function makeSets(): Promise<{ pairs: OpenedSet; whole: OpenedSet }> {
  const images = {
    shape: [32, 32, 3] as [number, number, number],
    classes: Array.from({ length: 10 }, (_, i) => `${i}`),
  };
  const model = { name: asked.network as NetworkName, width: 1 };
  const budgets = list(asked.budgets).map((text) => (text === 'full' ? null : Number(text)));
  const pairs = await makeTestSet({ name: 'pairs', model, images, budgets, split: { layer: Number(asked.layer) } });
  const plain = { layer: 1, module: null };
  const whole = await makeTestSet({
    name: wholeSet,
    model,
    images,
    budgets: [null],
    split: plain,
    method: 'plain-split',
  });
  return { pairs, whole };
}

async function startServer(task: BenchServe): Promise<{ address: Address; close(): Promise<unknown> }> {
  let ready: (message: BenchReady) => void = () => undefined;
  const started = new Promise<BenchReady>((resolve) => (ready = resolve));
  const child = startChild<BenchServe>(import.meta.url, './serving/server-child.ts', (message: BenchReady) =>
    ready(message),
  );
  child.send(task);
  const { hostname, port } = new URL((await started).url);
  return {
    address: { host: hostname, port: Number(port) },
    close: () => (child.kill(), child.gone),
  };
}

async function addressesOf(name: string, target: Address, count: number) {
  if (name === 'loopback') return { addresses: new Array<Address>(count).fill(target), close: () => Promise.resolve() };
  const link: Link = linkPresets[name as keyof typeof linkPresets];
  return startLinks({ target, link, shared: false, count, seed: 1 });
}

async function measure(
  form: Form,
  addresses: readonly Address[],
): Promise<{ closed: Outcome; open: Outcome; rate: number }> {
  const { send, close } = await form.connect(addresses);
  const load = { clients: addresses.length, seconds, limitMs, send };
  await closedLoop({ ...load, seconds: seconds / 4 });
  const closed = await closedLoop(load);
  const rate = Math.max(0.5, Number(asked.share) * closed.requestsPerSecond);
  const open = await openLoop({ ...load, perSecond: rate, random: random(Number(asked.seed), 'arrivals') });
  await close();
  return { closed, open, rate };
}

/** Both halves on one machine, without a server: what a device as fast as this one would take by itself. */
async function allLocal({ pairs }: { pairs: OpenedSet }): Promise<void> {
  for (const pair of pairs.manifest.pairs) {
    const { client, server, dispose } = await wholeOf(pairs, pair.budget);
    const batch = { images: new Float32Array(3072).fill(0.1), samples: 1, labels: new Uint16Array(1) };
    const times: number[] = [];
    for (let i = 0; i < 40; i++) {
      const began = performance.now();
      await server.infer(await client.infer(batch, requestBudget(pair)));
      times.push(performance.now() - began);
    }
    times.sort((a, b) => a - b);
    console.log(
      `| all-local, budget ${pair.budget ?? 'full'} | ${row([1000 / median(times), median(times), times[38], times[39]])} |`,
    );
    dispose();
  }
}

const row = (values: readonly (number | null)[]): string =>
  values.map((value) => (value === null ? '–' : value < 10 ? value.toFixed(2) : value.toFixed(0))).join(' | ');

const outcomeRow = ({ requestsPerSecond, p50, p95, p99, goodput, failed }: Outcome): string =>
  row([requestsPerSecond, p50, p95, p99, goodput]) + (failed > 0 ? ` (${failed} failed)` : '');

const home = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
process.env['SLUICE_HOME'] = home;
try {
  await openEngine('cpu', { threads: 1 });
  const sets = await makeSets();
  const token = newToken();
  const forms: Form[] = [];
  for (const pair of servedPairs(sets.pairs, new Map()))
    forms.push(await mapsForm(sets.pairs, pair, asked.codec as CodecName, { token }));
  for (const kind of list(asked.pictures)) forms.push(await pictureForm(kind as 'raw'));

  const began = loadavg()[0].toFixed(1);
  console.log(
    `${asked.network}, cut at ${asked.layer}; ${cpus().length} × ${cpus()[0].model}; load ${began} at the beginning`,
  );
  console.log(
    `Limit ${limitMs} ms, ${seconds} s each, open at ${asked.share} of the closed loop's rate, seed ${asked.seed}`,
  );
  console.log('\n| form | bytes up | on the device, ms |\n| --- | ---: | ---: |');
  for (const { name, bytes, deviceMs } of forms) console.log(`| ${name} | ${bytes} | ${deviceMs.toFixed(2)} |`);
  console.log('\n| alone | samples/s | p50 ms | p95 | p99 |\n| --- | ---: | ---: | ---: | ---: |');
  await allLocal(sets);
  console.log(
    '\n| link | clients | batches | form | closed: requests/s | p50 ms | p95 | p99 | goodput/s | open: arrivals/s | requests/s | p50 ms | p95 | p99 | goodput/s |',
  );
  console.log(`|${' --- |'.repeat(4)}${' ---: |'.repeat(11)}`);
  for (const link of list(asked.links)) {
    for (const clients of list(asked.clients).map(Number)) {
      for (const batching of list(asked.batching)) {
        const names = ['pairs', wholeSet];
        const server = await startServer({
          home,
          sets: names,
          threads: Number(asked.threads),
          batching: batchings[batching],
          token,
        });
        for (const form of forms) {
          const { addresses, close } = await addressesOf(link, server.address, clients);
          const { closed, open, rate } = await measure(form, addresses);
          const cells = [outcomeRow(closed), row([rate]), outcomeRow(open)].join(' | ');
          console.log(`| ${link} | ${clients} | ${batching} | ${form.name} | ${cells} |`);
          await close();
        }
        await server.close();
      }
    }
  }
  console.log(`\nLoad ${loadavg()[0].toFixed(1)} at the end`);
} finally {
  rmSync(home, { recursive: true });
}
process.exit(0);
