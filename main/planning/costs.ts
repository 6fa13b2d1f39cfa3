import { describeCut } from '../model/describe.ts';
import type { Cut, NetworkSpec } from '../model/spec.ts';
import { keyOf as codecKey, type CodecChoice } from '../offload/codecs/table.ts';
import { logitsOverhead, requestSections, scoreBytes, totalBytes } from '../offload/protocol/messages.ts';
import type { Budget } from '../records/column.ts';
import type { SharedLink } from '../runs/experiment/experiment.ts';
import { stepSections } from '../runs/experiment/plan-traffic.ts';
import { codecsFor, type CodecSettings } from '../training/controller.ts';
import { featuresOf } from './features.ts';
import { crossing } from './link-time.ts';
import { inferenceMemory, trainingMemory } from './memory.ts';
import type { ComputeTimes, HalfTimes } from './times.ts';

/** Seconds that a message takes one way without any link, by its codec: to encode, frame, receive and decode it. */
export type WireTimes = Readonly<Record<string, { readonly message: number; readonly value: number }>>;

/** What costs depend on besides the choice. */
export interface Circumstances {
  readonly network: NetworkSpec;
  readonly batchSize: number;
  readonly momentum: number;
  readonly link: SharedLink | null;
  /** What halves take for a batch, and for one sample. */
  readonly compute: { readonly batch: ComputeTimes; readonly one: ComputeTimes };
  readonly wire: WireTimes;
  readonly device: Device;
}

/** The client device: its share of a core, and how many cores its threads keep busy when it has all of them. */
export interface Device {
  readonly cpuShare: number;
  readonly busyCores: number;
}

export interface Choice {
  readonly cut: Cut;
  readonly budget: Budget;
  readonly codecs: CodecSettings;
}

/** A request and its answer. Bytes are those of the messages; `exact` unless a codec leaves open how many it takes. */
export interface Exchange {
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly exact: boolean;
  /** Seconds on the device, on the way up, on the server, and on the way down. */
  readonly client: number;
  readonly up: number;
  readonly server: number;
  readonly down: number;
  /** All of them. */
  readonly seconds: number;
}

/** Bytes on the client, for training and for inference. */
export interface ClientMemory {
  readonly training: number;
  readonly inference: number;
}

/** A training step of so many samples. Smaller batches are taken to compute in proportion. */
export function stepCost(choice: Choice, at: Circumstances, samples = at.batchSize): Exchange {
  const { cut, budget, codecs } = choice;
  const features = featuresOf(at.network, cut);
  const { up, down } = stepSections(features, samples, budget, codecs);
  const { up: codecUp, down: codecDown } = codecsFor(budget, codecs);
  const values = valuesOf(choice, at.network, samples);
  return exchange(
    { bytesUp: totalBytes(up), bytesDown: totalBytes(down), exact: up.exact && down.exact },
    { up: onWire(at.wire, codecUp, values), down: onWire(at.wire, codecDown, features.clientTrains ? values : 0) },
    halves(choice, at, 'train', samples),
    at.link,
  );
}

/** One sample's inference: maps up, logits down. */
export function requestCost(choice: Choice, at: Circumstances): Exchange {
  return forwardCost(choice, at, { samples: 1, labelled: false });
}

/** A batch of the test after an epoch: maps and labels up, loss and hits down. */
export function evaluationCost(choice: Choice, at: Circumstances, samples = at.batchSize): Exchange {
  return forwardCost(choice, at, { samples, labelled: true });
}

function forwardCost(
  choice: Choice,
  at: Circumstances,
  { samples, labelled }: { readonly samples: number; readonly labelled: boolean },
): Exchange {
  const { cut, budget, codecs } = choice;
  const { sent, classes } = featuresOf(at.network, cut);
  const [height, width, total] = sent;
  const kept = budget ?? total;
  const { up: codec } = codecsFor(budget, codecs);
  const shape = [samples, height, width] as const;
  const up = requestSections({ shape, total, kept, gated: budget !== null, classes: labelled ? classes : 0 }, codec);
  const bytesDown = labelled ? scoreBytes : logitsOverhead + 4 * samples * classes;
  return exchange(
    { bytesUp: totalBytes(up), bytesDown, exact: up.exact },
    { up: onWire(at.wire, codec, valuesOf(choice, at.network, samples)), down: onWire(at.wire, codec, 0) },
    halves(choice, at, 'infer', samples),
    at.link,
  );
}

/** What the client half takes in memory at a cut. */
export function clientMemory({ network, batchSize, momentum }: Circumstances, cut: Cut): ClientMemory {
  const { client } = describeCut(network, cut);
  const parameters = client.reduce((sum, layer) => sum + layer.parameters, 0);
  return {
    training: trainingMemory(client, parameters, { batchSize, momentum }),
    inference: inferenceMemory(client, parameters, network.input),
  };
}

/** Seconds of a device that may compute for a share of the time alone. */
function deviceSeconds(seconds: number, { cpuShare, busyCores }: Device): number {
  return cpuShare === 1 ? seconds : Math.max(seconds, (seconds * busyCores) / cpuShare);
}

interface Halves {
  readonly client: number;
  readonly server: number;
}

function halves({ cut, budget }: Choice, at: Circumstances, what: keyof HalfTimes, samples: number): Halves {
  const one = samples === 1 && at.batchSize > 1;
  const { client, server } = one ? at.compute.one : at.compute.batch;
  const share = one ? 1 : samples / at.batchSize;
  return {
    client: deviceSeconds(share * client(cut, budget)[what], at.device),
    server: share * server(cut, budget)[what],
  };
}

function exchange(
  bytes: Pick<Exchange, 'bytesUp' | 'bytesDown' | 'exact'>,
  wire: { readonly up: number; readonly down: number },
  { client, server }: Halves,
  link: SharedLink | null,
): Exchange {
  const over = (message: number, direction: 'up' | 'down'): number => {
    const { transmission, delay } = crossing(message, direction, link);
    return transmission + delay + wire[direction];
  };
  const up = over(bytes.bytesUp, 'up');
  const down = over(bytes.bytesDown, 'down');
  return { ...bytes, client, up, server, down, seconds: client + up + server + down };
}

function valuesOf({ cut, budget }: Choice, network: NetworkSpec, samples: number): number {
  const [height, width, total] = featuresOf(network, cut).sent;
  return samples * height * width * (budget ?? total);
}

function onWire(times: WireTimes, codec: CodecChoice, values: number): number {
  const known = times[codecKey(codec)];
  if (!known) throw new Error(`The codec ${codec.name} was not timed.`);
  return known.message + values * known.value;
}
