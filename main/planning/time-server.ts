import { networkSpec } from '../model/zoo.ts';
import type { Cut, Shape } from '../model/spec.ts';
import type { OffloadClient } from '../offload/client/client.ts';
import type { ServerAddress } from '../offload/client/dial.ts';
import { openCodecs } from '../offload/codecs/session-codecs.ts';
import { codecChoice } from '../offload/codecs/table.ts';
import {
  decodeGradient,
  decodeScore,
  encodeEvaluate,
  encodeStep,
  totalBytes,
  type StepRequest,
} from '../offload/protocol/messages.ts';
import { random } from '../random.ts';
import type { Budget } from '../records/column.ts';
import type { SharedLink } from '../runs/experiment/experiment.ts';
import { stepSections } from '../runs/experiment/plan-traffic.ts';
import { featuresOf } from './features.ts';
import type { TimesRequest } from './known-times.ts';
import type { ServerTimes } from './of-experiment.ts';
import { openTraining } from './open-training.ts';
import { timedBudgets } from './pieces.ts';
import { between, possibleCuts, type HalfTimes } from './times.ts';

/** Requests of each kind that are timed, after one that is not. */
const repetitions = 4;
const codec = codecChoice('float32');

export interface ServerMeasured {
  /** What it computes on, as it says. */
  readonly engine: string;
  readonly times: ServerTimes;
  /** The network on the way there, as it was met. */
  readonly link: SharedLink;
}

interface CutTimes {
  readonly batch: HalfTimes;
  readonly one: HalfTimes;
}

interface Exchanged {
  readonly up: number;
  readonly down: number;
  readonly seconds: number;
}

/**
 * What an offload server takes for its half at every cut, by training a few steps with it that teach it nothing: the protocol
 * has all that is needed, each answer tells how long it was computed, and the server's limits hold as for any client. What is
 * left of a request's time is the network's.
 */
export async function timeServer(
  server: ServerAddress,
  request: TimesRequest,
  onCut: (done: number, total: number) => void = () => undefined,
): Promise<ServerMeasured> {
  const network = networkSpec(request.model.name, request.model);
  const cuts = possibleCuts(network, request.module);
  const times = new Map<string, CutTimes>();
  const exchanged: Exchanged[] = [];
  let engine = '';
  for (const [done, cut] of cuts.entries()) {
    onCut(done, cuts.length);
    const features = featuresOf(network, cut);
    const client = await openTraining(server, request, cut, codec);
    ({ engine } = client);
    for (const kept of timedBudgets(cut.module, features.sent)) {
      const at = { client, sent: features.sent, kept, wantsGradient: features.clientTrains, classes: network.classes };
      const batch = await timeHalf(at, request.batchSize);
      const one = request.batchSize === 1 ? batch : await timeHalf(at, 1);
      times.set(keyOf(cut, kept), { batch: batch.times, one: one.times });
      for (const [samples, half] of [
        [request.batchSize, batch],
        [1, one],
      ] as const) {
        const { up, down } = stepSections(features, samples, kept, { up: codec, down: codec, full: codec });
        exchanged.push({ up: totalBytes(up), down: totalBytes(down), seconds: half.wireSeconds });
      }
    }
    await client.close({ done: true });
  }
  onCut(cuts.length, cuts.length);
  const at =
    (which: keyof CutTimes) =>
    (cut: Cut, budget: Budget): HalfTimes => {
      const { sent } = featuresOf(network, cut);
      return between(timedBudgets(cut.module, sent), sent[2], budget, (kept) => times.get(keyOf(cut, kept))![which]);
    };
  return { engine, times: { batch: { server: at('batch') }, one: { server: at('one') } }, link: fitLink(exchanged) };
}

/**
 * The link that explains how long requests were on their way: the least squares of seconds by bytes, both directions alike as a
 * step sends about as much back as it got.
 */
export function fitLink(exchanged: readonly Exchanged[]): SharedLink {
  const count = exchanged.length;
  const bytes = exchanged.map(({ up, down }) => up + down);
  const meanBytes = bytes.reduce((sum, each) => sum + each, 0) / count;
  const meanSeconds = exchanged.reduce((sum, { seconds }) => sum + seconds, 0) / count;
  const spread = bytes.reduce((sum, each) => sum + (each - meanBytes) ** 2, 0);
  const along = exchanged.reduce((sum, { seconds }, i) => sum + (seconds - meanSeconds) * (bytes[i] - meanBytes), 0);
  const perByte = Math.max(along / spread, 8e-11);
  const rate = Math.min(100_000, Math.max(0.01, 8e-6 / perByte));
  const rttMs = Math.min(10_000, Math.max(0, 1000 * (meanSeconds - perByte * meanBytes)));
  return { up: rate, down: rate, rttMs, jitterMs: 0, loss: 0, shared: false };
}

interface HalfAt {
  readonly client: OffloadClient;
  readonly sent: Shape;
  readonly kept: Budget;
  readonly wantsGradient: boolean;
  readonly classes: number;
}

async function timeHalf(at: HalfAt, samples: number): Promise<{ times: HalfTimes; wireSeconds: number }> {
  const { client, wantsGradient } = at;
  const codecs = openCodecs([codec], 1);
  const request = stepOf(at, samples);
  const train: number[] = [];
  const infer: number[] = [];
  const wire: number[] = [];
  for (let step = 0; step <= repetitions; step++) {
    const start = performance.now();
    const received = await client.request(encodeStep({ ...request, step }, codecs, { codec: 0, answerCodec: 0 }));
    const seconds = (performance.now() - start) / 1000;
    const answer = decodeGradient(received, codecs, { ...request, answerCodec: 0, wantsGradient });
    const score = decodeScore(await client.request(encodeEvaluate(request, codecs, 0)));
    if (step === 0) continue;
    train.push(answer.serverSeconds);
    infer.push(score.serverSeconds);
    wire.push(seconds - answer.serverSeconds - answer.waitSeconds);
  }
  return { times: { train: median(train), infer: median(infer) }, wireSeconds: Math.max(0, median(wire)) };
}

function stepOf({ sent: [height, width, total], kept, classes }: HalfAt, samples: number): StepRequest {
  const source = random(1, 'server');
  const count = kept ?? total;
  return {
    shape: [samples, height, width],
    total,
    step: 0,
    classes,
    learningRate: 0,
    maps: Float32Array.from({ length: samples * height * width * count }, () => source.uniform()),
    selection:
      kept === null
        ? null
        : { kept: Array.from({ length: kept }, (_, map) => map), mask: new Float32Array(kept).fill(0.5) },
    labels: new Uint16Array(samples),
  };
}

function keyOf({ layer }: Cut, kept: Budget): string {
  return `${layer} ${kept ?? 'full'}`;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
