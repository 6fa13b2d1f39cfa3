import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatBytes } from '../../main/charts/formats.ts';
import { describeCut } from '../../main/model/describe.ts';
import { networkSpec } from '../../main/model/zoo.ts';
import { linkPresets } from '../../main/offload/link/link.ts';
import { experimentSchema, linkOf, type Experiment } from '../../main/runs/experiment/experiment.ts';
import { codecSettings } from '../../main/training/controller.ts';
import { openStore, type Store } from '../../main/runs/store/store.ts';
import { protocolSeconds } from './protocol-cost.ts';
import { recordClient } from './recorded-compute.ts';
import { measure, runHere, type Measured, type Step } from './testbed-case.ts';
import { runDevices } from './testbed-devices.ts';

/**
 * The paper's testbed (figures 4 to 7): VGG11 on CIFAR-10's shapes, cut at layer 5, with processes and emulated links.
 *
 * (wifi) Eight devices of 40 % of a core, batches of 16, one channel for all. Neither these nor the paper's GPU fit on a
 * small machine, where they would share its cores and not the channel: so a device takes the processor time that a core
 * of this machine was found to need for its half, and the server what a GPU like the paper's needs. (ethernet) One
 * source, batches of 64, a round trip of 0.67 ms: source and server take turns, so this machine really trains.
 *
 * Each with the module at a budget of 4, at full budget, and without the module. `--json` prints one document alone;
 * shorter with `--batches` and `--epochs`; `--only wifi` is one of the two.
 */
const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    batches: { type: 'string', default: '32' },
    epochs: { type: 'string', default: '4' },
    only: { type: 'string' },
    // TCP payload that a channel of 20 MHz carries for all of its stations: at most 143 Mbit/s are on the air.
    wifi: { type: 'string', default: '100' },
  },
});

const [batches, epochs, wifi] = [Number(options.batches), Number(options.epochs), Number(options.wifi)];
const formats = { up: 'float16', down: 'float16', full: 'float32' } as const;
const codecs = codecSettings(formats);
/** Values of a sample's maps at the cut. */
const values = 8 * 8;
/** The paper's GPU has 22 TOPS in int8, 1.4 TFLOPS in float32: half of these, as convolutions go. */
const serverFlops = 0.7e12;

const variants = [
  { name: 'with module, 4 maps', method: 'high-compression', budget: 4, payload: values * 4 * (2 + 2) },
  { name: 'with module, full budget', method: 'full', budget: null, payload: values * 128 * (4 + 4) },
  { name: 'without module', method: 'plain-split', budget: null, payload: values * 128 * (4 + 4) },
] as const;
type Variant = (typeof variants)[number];

const networks = [
  {
    name: 'wifi',
    batch: 16,
    paper: { bytes: 25, throughput: 2.5 },
    run: onDevices,
    sources: { count: 8, cpuShare: 0.4 },
    link: { ...linkPresets.wifi6, up: wifi, down: wifi, shared: true },
  },
  {
    name: 'ethernet',
    batch: 64,
    paper: { bytes: 30, throughput: 1.7 },
    run: runHere,
    sources: { count: 1 },
    link: 'ethernet',
  },
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
const ratios: Partial<Record<Network['name'], Ratios>> = {};
say(`${cpus().length} cores, ${cpus()[0].model}; Wi-Fi channel of ${wifi} Mbit/s`);
for (const network of networks) {
  if (options.only !== undefined && options.only !== network.name) continue;
  for (const variant of variants) {
    const steps = await network.run(store, experimentOf(network, variant), variant);
    const measured = measure(steps, variant.payload);
    const protocol = await protocolSeconds(network.batch, variant.budget, codecs);
    const { client, wire, server, wait } = measured.seconds;
    cases.push({
      network: network.name,
      name: variant.name,
      sources: network.sources.count,
      batch: network.batch,
      ...measured,
      protocol: { seconds: protocol, share: protocol / (client + wire + server + wait) },
    });
    say(lineOf(cases.at(-1)!));
  }
  const { bytes, throughput } = (ratios[network.name] = ratiosOf(network.name));
  say(
    `${network.name}: ${bytes.toFixed(1)}× fewer bytes (paper: ${network.paper.bytes}×), ` +
      `${throughput.toFixed(2)}× the throughput (paper: ${network.paper.throughput}×)\n`,
  );
}
store.close();
rmSync(home, { recursive: true, force: true });
if (options.json) console.log(JSON.stringify({ ratios, cases }));

function experimentOf({ batch, sources, link }: Network, { name, method, budget }: Variant): Experiment {
  return experimentSchema.parse({
    name,
    method,
    batchSize: batch,
    codec: formats,
    gate: { delta: 0.1 },
    sources,
    link,
    // Images of CIFAR-10's size; what is tested is not counted.
    dataset: { name: 'synthetic', trainSamples: batches * batch * sources.count, testSamples: batch },
    split: { layer: 5, ...(method === 'plain-split' ? { module: null } : {}) },
    phases: [{ budget: budget ?? 'full', epochs }],
  });
}

async function onDevices(_store: Store, experiment: Experiment, { budget }: Variant): Promise<Step[]> {
  const { batchSize: batch, sources } = experiment;
  return runDevices({
    batch,
    budget,
    codecs,
    sources: sources.count,
    steps: batches * epochs,
    clientSeconds: (await recordClient(experiment)) / sources.cpuShare,
    serverSeconds: serverFlopsOf(experiment) / serverFlops,
    link: linkOf(experiment)!,
  });
}

/** Of a step: a multiplication and an addition, forward and for both gradients. */
function serverFlopsOf({ model, split, batchSize }: Experiment): number {
  const network = networkSpec(model.name, { width: model.width, input: [32, 32, 3], classes: 10 });
  const { server } = describeCut(network, split);
  return 6 * batchSize * server.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0);
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
