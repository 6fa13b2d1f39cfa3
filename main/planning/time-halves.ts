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

const warmUp = 4;
/** After so many seconds fewer passes are enough. */
const enough = { passes: 4, seconds: 6 } as const;

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
    let start = performance.now();
    const isEnough = (pass: number): boolean =>
      pass >= enough.passes && performance.now() - start > 1000 * enough.seconds;
    for (let pass = -warmUp; pass < passes && !isEnough(pass); pass++) {
      if (pass === 0) start = performance.now();
      for (const { budget, laps } of budgets) {
        const lap = await timeLap(halves, budget, pass + warmUp);
        if (pass >= 0) laps.push(lap);
      }
    }
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
