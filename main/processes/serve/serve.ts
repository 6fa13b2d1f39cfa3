import { join } from 'node:path';
import { engineWords } from '../../engine/adapter.ts';
import { openEngine } from '../../engine/engine.ts';
import { startThread } from '../../entry.ts';
import { SluiceError } from '../../errors.ts';
import type { Features, Selection } from '../../offload/protocol/messages.ts';
import { newToken } from '../../offload/transport/new-token.ts';
import type { ServerEvent } from '../../offload/server/server.ts';
import type { Budget } from '../../records/column.ts';
import type { BatchLimits } from '../../serving/batcher.ts';
import { servedPairs, servedSet, type ServedPair } from '../../serving/pairs.ts';
import type { ServingStats } from '../../serving/server.ts';
import { openSet, readWeights, type OpenedSet } from '../../sets/open.ts';
import { selectionOf } from '../../sets/selection.ts';
import { version } from '../../version.ts';
import { engineHalves, onnxHalves, type LoadedHalves } from './halves.ts';
import { fingerprintOf } from '../server/certificate.ts';
import { certificateOf, type ServeOptions } from '../server/serve.ts';
import { callsOver } from '../server/threads.ts';
import type { Runtime } from './runtimes.ts';
import type { HalvesThread, ServingThread, ServingThreadOptions } from './threads.ts';

/** Listening, certificate and engine as of an offload server. */
type Listening = Pick<
  ServeOptions,
  'home' | 'host' | 'port' | 'token' | 'tls' | 'insecure' | 'engine' | 'threads' | 'limits'
>;

export interface ServeSetOptions extends Listening, Partial<BatchLimits> {
  /** Name of a model set in this home, or the path of its folder. */
  readonly set: string;
  /** What computes: an engine unless given, or ONNX Runtime where its package is installed. */
  readonly runtime?: Runtime;
  /** Give browsers the page of a device, and to who has the token the client halves. */
  readonly page?: boolean;
}

export interface ServedModelSet {
  /** `ws://…` or `wss://…`; HTTP is answered at the same port. */
  readonly url: string;
  readonly token: string;
  /** SHA-256 of the certificate; absent without TLS. */
  readonly fingerprint?: string;
  /** What computes, in words. */
  readonly engine: string;
  readonly set: OpenedSet;
  readonly pairs: readonly ServedPair[];
  readonly batching: BatchLimits;
  stats(): Promise<ServingStats>;
  /** Answers what was asked until now, takes nothing more, and ends. */
  close(): Promise<void>;
}

const mebibyte = 2 ** 20;

const defaultBatching: BatchLimits = { maxBatch: 32, maxWaitMs: 2, maxQueue: 256 };

/** Of one message or body: a batch of the largest maps there are in practice, and no more. */
const defaultMessageBytes = 16 * mebibyte;

/** A client has a connection for each pair that it may choose. */
const defaultClients = 256;

/**
 * Serves all pairs of a model set, their server halves on this process's engine. Throws what openSet, openEngine and
 * startServing throw, `limits-invalid` and `certificate-unreadable`.
 */
export async function serveSet(
  options: ServeSetOptions,
  onEvent: (event: ServerEvent) => void = () => undefined,
): Promise<ServedModelSet> {
  const { home, host = '127.0.0.1', port = 0, token = newToken(), insecure = false } = options;
  const batching = batchingOf(options);
  const root = join(home, 'offload');
  const tls = await certificateOf(options.tls, join(root, 'tls'));
  const set = await openSet(options.set);
  const { engine, halves } = await loadHalves(set, options);
  const pairs = servedPairs(set, await selectionsOf(set));
  for (const pair of pairs) await halves.get(pair.budget)!.infer(blank(pair));
  const sockets = await startSockets(
    {
      ...batching,
      host,
      port,
      token,
      tls,
      insecure,
      limits: {
        messageBytes: defaultMessageBytes,
        clients: defaultClients,
        sessions: defaultClients,
        ...options.limits,
      },
      software: `sluice ${version()}`,
      engine,
      checkpoints: join(root, 'checkpoints'),
      sets: [servedSet(set)],
      pairs,
      ...(options.page ? { page: [{ folder: set.folder, digest: set.digest, manifest: set.manifest }] } : {}),
    },
    {
      infer: (pair, features) => halves.get(pairs.find(({ name }) => name === pair)!.budget)!.infer(features),
      event: onEvent,
    },
  );
  return {
    ...sockets,
    token,
    ...(tls ? { fingerprint: fingerprintOf(tls) } : {}),
    engine,
    set,
    pairs,
    batching,
  };
}

function batchingOf({ maxBatch, maxWaitMs, maxQueue }: Partial<BatchLimits>): BatchLimits {
  const batching = {
    maxBatch: maxBatch ?? defaultBatching.maxBatch,
    maxWaitMs: maxWaitMs ?? defaultBatching.maxWaitMs,
    maxQueue: maxQueue ?? Math.max(defaultBatching.maxQueue, 8 * (maxBatch ?? 0)),
  };
  if (batching.maxQueue >= batching.maxBatch) return batching;
  throw new SluiceError(
    'limits-invalid',
    `A queue of ${batching.maxQueue} samples holds no batch of ${batching.maxBatch}: give a larger --max-queue or a smaller --max-batch.`,
    { path: 'maxQueue' },
  );
}

/** The halves, and what computes them in words. */
async function loadHalves(
  set: OpenedSet,
  { runtime = 'engine', engine, threads }: ServeSetOptions,
): Promise<{ engine: string; halves: LoadedHalves }> {
  if (runtime === 'onnxruntime') return { engine: 'ONNX Runtime', halves: await onnxHalves(set, threads) };
  const opened = await openEngine(engine ?? 'auto', threads === undefined ? {} : { threads });
  return { engine: engineWords(opened), halves: await engineHalves(set) };
}

/** One sample to compute before there are clients: what is done for the first time takes longer. */
function blank({ sent: [height, width, total], selection }: ServedPair): Features {
  const maps = new Float32Array(height * width * (selection?.kept.length ?? total));
  return { maps, shape: [1, height, width], total, selection };
}

async function selectionsOf(set: OpenedSet): Promise<ReadonlyMap<Budget, Selection>> {
  const selections = new Map<Budget, Selection>();
  for (const pair of set.manifest.pairs) {
    const selection = selectionOf(set.manifest, pair, await readWeights(set, pair.client.weights));
    if (selection) selections.set(pair.budget, selection);
  }
  return selections;
}

/** The thread with the sockets, for which this one computes. */
async function startSockets(
  options: ServingThreadOptions,
  local: HalvesThread,
): Promise<Pick<ServedModelSet, 'url' | 'stats' | 'close'>> {
  const thread = startThread(import.meta.url, './sockets-worker.ts', undefined);
  // Without its sockets the server is none.
  thread.on('error', (error) => {
    throw error;
  });
  const sockets = callsOver<ServingThread, HalvesThread>(thread, local);
  let closed: Promise<void> | undefined;
  try {
    const url = await sockets.listen(options);
    return {
      url,
      stats: () => sockets.stats(),
      close: () => (closed ??= sockets.close().then(() => void thread.terminate())),
    };
  } catch (error) {
    await thread.terminate();
    throw error;
  }
}
