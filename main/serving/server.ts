import { setImmediate, setTimeout } from 'node:timers/promises';
import type { ServedSet } from '../offload/protocol/control.ts';
import type { Features, InferRequest } from '../offload/protocol/messages.ts';
import { defaultLimits, startOffloadServer, type OffloadServerOptions } from '../offload/server/server.ts';
import { joinFeatures } from '../training/joined-features.ts';
import { createBatcher, type BatchLimits, type Computed } from './batcher.ts';
import { bodiesOf } from './bodies.ts';
import { systemClock, type Clock } from './clock.ts';
import { httpAnswers, type OtherPaths } from './http.ts';
import { createMeter } from './meter.ts';
import { pairFor, pairMissing, requireSuited, type ServedPair } from './pairs.ts';

export interface ServingOptions
  extends
    BatchLimits,
    Pick<
      OffloadServerOptions,
      'host' | 'port' | 'tls' | 'token' | 'software' | 'engine' | 'insecure' | 'limits' | 'checkpoints' | 'onEvent'
    > {
  readonly sets: readonly ServedSet[];
  readonly pairs: readonly ServedPair[];
  /** Logits `[samples, classes]` of the server half of a pair, by its name. It is called for one batch at a time. */
  infer(pair: string, features: Features): Promise<Float32Array>;
  /** What to answer at paths that are none of the protocol's. */
  readonly otherPaths?: OtherPaths;
  readonly clock?: Clock;
}

/** What a server for inference has done until now. */
export interface ServingStats {
  readonly connections: number;
  /** Sessions in Sluice's protocol. */
  readonly sessions: number;
  readonly requests: number;
  readonly failures: number;
  readonly samples: number;
  readonly batches: number;
  /** Samples that wait. */
  readonly waiting: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

interface AskedOfPair {
  /** Whose request it is: clients take turns. */
  readonly client: string;
  readonly request: InferRequest;
  /** Whether nobody waits for the answer any more. */
  readonly gone?: () => boolean;
}

export interface Serving {
  /** `ws://…` or `wss://…`; HTTP is answered at the same port. */
  readonly url: string;
  stats(): ServingStats;
  /** Asks for logits as clients do, from within. */
  infer(pair: ServedPair, asked: AskedOfPair): Promise<Computed<Float32Array>>;
  /** Takes no more requests, and resolves when those before have their answers. */
  drain(): Promise<void>;
  /** Closes all connections. */
  close(): Promise<void>;
}

/** How long answers may take to leave for a client that does not read them. */
const farewellMs = 5000;
/** How long a body may take to arrive. */
const requestSeconds = 60;
/** So many bodies of the largest size may arrive at a time. */
const bodiesAtOnce = 8;

/** Serves the pairs of model sets in Sluice's protocol and over HTTP. Throws what startOffloadServer throws. */
export async function startServing(options: ServingOptions): Promise<Serving> {
  const { sets, pairs, clock = systemClock } = options;
  const batcher = createBatcher<Features, Float32Array>({
    ...options,
    clock,
    compute: (name, requests) => compute(name, requests),
  });
  let ready = true;

  const meter = createMeter({
    models: pairs.map(({ name }) => name),
    waiting: (name) => batcher.waiting(name),
    connections: () => ({ sluice: server.connections(), http: server.otherConnections() }),
    wire: () => server.wire(),
  });

  async function compute(name: string, requests: readonly Features[]): Promise<Float32Array[]> {
    const began = clock.now();
    const joined = joinFeatures(requests);
    const logits = await options.infer(name, joined);
    const samples = joined.shape[0];
    meter.batch(name, samples, (clock.now() - began) / 1000);
    const classes = logits.length / samples;
    let at = 0;
    return requests.map(({ shape }) => logits.subarray(at, (at += shape[0] * classes)));
  }

  function infer({ name }: ServedPair, { client, request, gone }: AskedOfPair): Promise<Computed<Float32Array>> {
    const [samples] = request.shape;
    const { deadlineMs } = request;
    return meter.request(name, samples, () =>
      batcher.ask({ pair: name, client, samples, deadlineMs, request, ...(gone ? { gone } : {}) }),
    );
  }

  const { messageBytes } = { ...defaultLimits, ...options.limits };
  const http = httpAnswers({
    ...options,
    meter,
    bodies: bodiesOf(messageBytes, bodiesAtOnce * messageBytes),
    ready: () => ready,
    infer,
  });
  const server = await startOffloadServer({
    ...options,
    models: [...new Set(pairs.map(({ model }) => model.name))],
    open: () => Promise.reject(pairMissing(sets)),
    sets: {
      list: sets,
      open(request) {
        const pair = pairFor(request, sets, pairs);
        return {
          check: (extent) => requireSuited(extent, pair),
          async infer(client, asked) {
            const { answer, ...computed } = await infer(pair, { client, request: asked });
            return { logits: answer, ...computed };
          },
        };
      },
    },
    http: { answer: http.answer, requestSeconds },
  });

  return {
    url: server.url,
    stats: () => ({
      connections: server.connections() + server.otherConnections(),
      sessions: server.sessions().length,
      ...meter.totals(),
      waiting: batcher.waiting(),
      bytesUp: server.wire().received,
      bytesDown: server.wire().sent,
    }),
    infer,
    async drain() {
      ready = false;
      await batcher.drain();
      const overdue = setTimeout(farewellMs, undefined, { ref: false });
      await Promise.race([http.idle(), overdue]);
      // The last answers of sessions are handed over before their connections are closed.
      await setImmediate();
    },
    close: () => server.close(),
  };
}
