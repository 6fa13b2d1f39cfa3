import { buildClient } from '../model/build.ts';
import { networkSpec } from '../model/zoo.ts';
import type { Cut } from '../model/spec.ts';
import type { OffloadClient } from '../offload/client/client.ts';
import type { ServerAddress } from '../offload/client/dial.ts';
import { openCodecs, type SessionCodecs } from '../offload/codecs/session-codecs.ts';
import { codecChoice } from '../offload/codecs/table.ts';
import { decodeGradient, decodeScore, encodeEvaluate, encodeStep } from '../offload/protocol/messages.ts';
import { random } from '../random.ts';
import type { Budget } from '../records/column.ts';
import { clientHalf, type ClientHalf } from '../training/client.ts';
import { featuresOf } from './features.ts';
import type { TimesRequest } from './known-times.ts';
import { openTraining } from './open-training.ts';
import { timedBudgets } from './pieces.ts';
import { typical, type HalfTimes } from './times.ts';

/** Both processes compile as they go, so a pass is warm late; but after so many seconds fewer passes are enough. */
const warmUp = { passes: 10, enough: 3, seconds: 4 } as const;
const measured = { enough: 4, seconds: 6 } as const;

/** The codec with which halves hand over: the one that changes no value. */
export const handedOver = codecChoice('float32');

/** Both halves, whole, at one budget. */
export interface BothTimes {
  readonly budget: Budget;
  readonly client: HalfTimes;
  readonly server: HalfTimes;
  /** Seconds of a step on the way, there and back. */
  readonly wire: number;
  /** Values of a step that crossed, there and back. */
  readonly values: number;
}

export interface HalvesOptions {
  readonly batch: number;
  readonly passes: number;
}

/**
 * Seconds that the halves of a network really take for a batch at one cut, as in a run: the client half here, the server half behind
 * a session of an offload server, in turn and over its socket. At the least budget that is timed and at the full one, in turn.
 */
export async function timeHalves(
  server: ServerAddress,
  request: TimesRequest,
  cut: Cut,
  { batch, passes }: HalvesOptions,
): Promise<BothTimes[]> {
  const { model, momentum, weightDecay } = request;
  const network = networkSpec(model.name, model);
  const { input, classes } = network;
  const { sent, clientTrains } = featuresOf(network, cut);
  const session = await openTraining(server, request, cut, handedOver);
  const optimiser = { momentum, weightDecay };
  const client = clientHalf(buildClient(network, cut, { seed: 1 }), { input, gate: {}, optimiser, seed: 1 });
  const source = random(1, 'halves');
  const images = Float32Array.from({ length: batch * input[0] * input[1] * input[2] }, () => source.normal());
  const data = { samples: batch, images, labels: new Uint16Array(batch) };
  const codecs = openCodecs([handedOver], 1);
  const halves: Halves = { session, client, codecs, data, classes, clientTrains };
  const budgets = [...new Set([timedBudgets(cut.module, sent)[0], null])].map((budget) => ({
    budget,
    laps: [] as Lap[],
  }));
  try {
    let step = 0;
    const pass = async (): Promise<void> => {
      for (const { budget, laps } of budgets) laps.push(await timeLap(halves, budget, step));
      step++;
    };
    await repeat(pass, { ...warmUp, passes: Math.min(warmUp.passes, passes + 1) });
    for (const { laps } of budgets) laps.length = 0;
    await repeat(pass, { ...measured, passes });
  } finally {
    client.dispose();
    await session.close({ done: true });
  }
  return budgets.map(({ budget, laps }) => {
    const mean = (of: (lap: Lap) => number): number => typical(laps.map(of));
    return {
      budget,
      client: { train: mean((lap) => lap.client.train), infer: mean((lap) => lap.client.infer) },
      server: { train: mean((lap) => lap.server.train), infer: mean((lap) => lap.server.infer) },
      wire: mean(({ wire }) => wire),
      values: laps[0].values,
    };
  });
}

interface Repeated {
  readonly passes: number;
  /** So many where they took so many seconds by then. */
  readonly enough: number;
  readonly seconds: number;
}

async function repeat(pass: () => Promise<void>, { passes, enough, seconds }: Repeated): Promise<void> {
  const start = performance.now();
  const isEnough = (done: number): boolean => done >= enough && performance.now() - start > 1000 * seconds;
  for (let done = 0; done < passes && !isEnough(done); done++) await pass();
}

interface Halves {
  readonly session: OffloadClient;
  readonly client: ClientHalf;
  readonly codecs: SessionCodecs;
  readonly data: Parameters<ClientHalf['begin']>[0];
  readonly classes: number;
  readonly clientTrains: boolean;
}

type Lap = Omit<BothTimes, 'budget'>;

/** A step that teaches nothing, and a batch of a test. */
async function timeLap(
  { session, client, codecs, data, classes, clientTrains }: Halves,
  budget: Budget,
  step: number,
): Promise<Lap> {
  const { labels } = data;
  const [begun, begin] = await timed(() => client.begin(data, budget, step));
  const request = { ...begun.features, step, labels, classes, learningRate: 0 };
  const [answer, onTheWay] = await timed(async () => {
    const received = await session.request(encodeStep(request, codecs, { codec: 0, answerCodec: 0 }));
    return decodeGradient(received, codecs, { ...request, answerCodec: 0, wantsGradient: clientTrains });
  });
  const [, finish] = await timed(() => {
    begun.finish(answer.gradient, 0);
    return client.openness();
  });
  const [features, infer] = await timed(() => client.infer(data, budget));
  const score = decodeScore(await session.request(encodeEvaluate({ ...features, labels, classes }, codecs, 0)));
  return {
    client: { train: begin + finish, infer },
    server: { train: answer.serverSeconds, infer: score.serverSeconds },
    wire: Math.max(0, onTheWay - answer.serverSeconds),
    values: request.maps.length + answer.gradient.length,
  };
}

async function timed<T>(work: () => Promise<T>): Promise<[result: T, seconds: number]> {
  const start = performance.now();
  const result = await work();
  return [result, (performance.now() - start) / 1000];
}
