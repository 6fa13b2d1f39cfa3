import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatBytes } from '../../main/charts/formats.ts';
import { linkPresets } from '../../main/offload/link.ts';
import type { ExperimentInput } from '../../main/runs/experiment.ts';
import { openStore } from '../../main/runs/store.ts';
import { protocolSeconds } from './protocol-cost.ts';
import { measureRun, type Measured } from './testbed-case.ts';

/**
 * The paper's testbed (figures 4 to 7) with processes and emulated links: VGG11 on CIFAR-10's shapes, cut at layer 5.
 * (wifi) eight data sources at 40 % of a core, batches of 16, one shared channel; (ethernet) one source, batches of 64,
 * a round trip of 0.67 ms. Each with the module at a budget of 4, at full budget, and without the module. Shorter with
 * `--batches`, `--epochs` and `--sources`. `--json` prints one document alone.
 *
 * The paper's server was a GPU. Here all computes on one machine's cores, so the Wi-Fi channel is narrowed by about as
 * much as the server is slower, or the network would never be what holds a source up. `--wifi 400` is the preset itself.
 */
const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    batches: { type: 'string', default: '32' },
    epochs: { type: 'string', default: '4' },
    sources: { type: 'string', default: '8' },
    wifi: { type: 'string', default: '20' },
  },
});

const epochs = Number(options.epochs);
const float16 = { up: 'float16', down: 'float16', full: 'float32' } as const;
/** Values of a sample's maps at the cut. */
const values = 8 * 8;

const variants = [
  { name: 'with module, 4 maps', method: 'high-compression', budget: 4, payload: values * 4 * (2 + 2) },
  { name: 'with module, full budget', method: 'full', budget: null, payload: values * 128 * (4 + 4) },
  { name: 'without module', method: 'plain-split', budget: null, payload: values * 128 * (4 + 4) },
] as const;

const rate = Number(options.wifi);
const networks = [
  {
    name: 'wifi',
    batch: 16,
    sources: Number(options.sources),
    device: { cpuShare: 0.4, threads: 1 },
    link: { ...linkPresets.wifi6, up: rate, down: rate, shared: true },
    paper: { bytes: 25, throughput: 2.5 },
  },
  { name: 'ethernet', batch: 64, sources: 1, device: {}, link: 'ethernet', paper: { bytes: 30, throughput: 1.7 } },
] as const;

type Network = (typeof networks)[number];

interface Case extends Measured {
  readonly network: Network['name'];
  readonly name: string;
  readonly sources: number;
  readonly batch: number;
  /** Encoding, decoding and framing: seconds of a step, and their share of it. */
  readonly protocol: { readonly seconds: number; readonly share: number };
}

interface Ratios {
  readonly bytes: number;
  readonly throughput: number;
}

const home = mkdtempSync(join(tmpdir(), 'sluice-testbed-'));
const store = openStore(home);
const cases: Case[] = [];
say(`${cpus().length} cores, ${cpus()[0].model}; Wi-Fi channel of ${rate} Mbit/s`);
for (const network of networks) {
  for (const variant of variants) {
    const measured = await measureRun(store, experimentOf(network, variant), variant.payload);
    const protocol = await protocolSeconds(network.batch, variant.budget, float16);
    const { client, wire, server, wait } = measured.seconds;
    cases.push({
      ...{ network: network.name, name: variant.name, sources: network.sources, batch: network.batch },
      ...measured,
      protocol: { seconds: protocol, share: protocol / (client + wire + server + wait) },
    });
    say(lineOf(cases.at(-1)!));
  }
  const { bytes, throughput } = ratiosOf(network.name);
  say(
    `${network.name}: ${bytes.toFixed(1)}× fewer bytes (paper: ${network.paper.bytes}×), ` +
      `${throughput.toFixed(2)}× the throughput (paper: ${network.paper.throughput}×)\n`,
  );
}
store.close();
rmSync(home, { recursive: true, force: true });
const ratios = { wifi: ratiosOf('wifi'), ethernet: ratiosOf('ethernet') };
if (options.json) console.log(JSON.stringify({ ratios, cases }));

function experimentOf(network: Network, { name, method }: (typeof variants)[number]): ExperimentInput {
  const perSource = Number(options.batches) * network.batch;
  return {
    ...{ name, method, batchSize: network.batch, codec: float16, gate: { delta: 0.1 }, processes: 'separate' },
    // Images of CIFAR-10's size; what is tested is not counted.
    dataset: { name: 'synthetic', trainSamples: perSource * network.sources, testSamples: network.batch },
    split: { layer: 5, ...(method === 'plain-split' ? { module: null } : {}) },
    phases: [{ budget: method === 'high-compression' ? 4 : 'full', epochs }],
    sources: { count: network.sources, ...network.device },
    link: network.link,
  };
}

/** The plain split against a budget of 4. */
function ratiosOf(network: Network['name']): Ratios {
  const [four, , plain] = cases.filter((each) => each.network === network);
  const bytes = (each: Case): number => each.bytesUp + each.bytesDown;
  return { bytes: bytes(plain) / bytes(four), throughput: four.samplesPerSecond / plain.samplesPerSecond };
}

function lineOf({ network, name, bytesUp, bytesDown, overhead, samplesPerSecond, seconds, protocol }: Case): string {
  const ms = (value: number): string => `${(value * 1000).toFixed(1)} ms`;
  const percent = (value: number): string => `${(value * 100).toFixed(2)} %`;
  return [
    `${network.padEnd(8)} ${name.padEnd(24)} ${samplesPerSecond.toFixed(1)} samples/s a source`,
    `a step: ${formatBytes(bytesUp)} up, ${formatBytes(bytesDown)} down (${percent(overhead)} over payload)`,
    `client ${ms(seconds.client)}, wire ${ms(seconds.wire)}, server ${ms(seconds.server)}, wait ${ms(seconds.wait)}`,
    `encoding and framing ${ms(protocol.seconds)} (${percent(protocol.share)})`,
  ].join('; ');
}

function say(line: string): void {
  if (!options.json) console.log(line);
}
