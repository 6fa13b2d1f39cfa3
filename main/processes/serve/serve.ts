import { join } from 'node:path';
import { engineWords } from '../../engine/adapter.ts';
import type { EngineChoice } from '../../engine/choices.ts';
import { mendEngine, openEngine } from '../../engine/engine.ts';
import { startThread } from '../../entry.ts';
import { SluiceError } from '../../errors.ts';
import type { Selection } from '../../offload/protocol/messages.ts';
import { newToken } from '../../offload/transport/new-token.ts';
import type { ServerEvent, ServerLimits } from '../../offload/server/server.ts';
import type { Budget } from '../../records/column.ts';
import type { BatchLimits } from '../../serving/batcher.ts';
import { servedPairs, servedSet, type ServedPair } from '../../serving/pairs.ts';
import type { ServingStats } from '../../serving/server.ts';
import { openSet, serverOf, type OpenedSet } from '../../sets/open.ts';
import { selectionOf } from '../../sets/selection.ts';
import type { ServerHalf } from '../../training/server.ts';
import { version } from '../../version.ts';
import { fingerprintOf } from '../server/certificate.ts';
import { certificateOf, type Tls } from '../server/serve.ts';
import { callsOver } from '../server/threads.ts';
import type { HalvesThread, ServingThread, ServingThreadOptions } from './threads.ts';

export interface ServeSetOptions extends Partial<BatchLimits> {
  /** Name of a model set in this home, or the path of its folder. */
  readonly set: string;
  /** Folder for the certificate. */
  readonly home: string;
  /** This machine alone unless given. */
  readonly host?: string;
  /** Any free one unless given. */
  readonly port?: number;
  /** A new one unless given. */
  readonly token?: string;
  readonly tls?: Tls;
  /** Listen beyond this machine without TLS. */
  readonly insecure?: boolean;
  readonly engine?: EngineChoice;
  readonly threads?: number;
  readonly limits?: Partial<ServerLimits>;
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

export const defaultBatching: BatchLimits = { maxBatch: 32, maxWaitMs: 2, maxQueue: 256 };

/** Of one message or body: a batch of the largest maps there are in practice, and no more. */
const defaultMessageBytes = 16 * mebibyte;

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
  const engine = engineWords(await openEngine(options.engine ?? 'auto', threadsOf(options)));
  const halves = await openHalves(set);
  const pairs = servedPairs(set, await selectionsOf(set));
  const sockets = await startSockets(
    {
      ...batching,
      host,
      port,
      token,
      tls,
      insecure,
      limits: { messageBytes: defaultMessageBytes, ...options.limits },
      software: `sluice ${version()}`,
      engine,
      checkpoints: join(root, 'checkpoints'),
      sets: [servedSet(set)],
      pairs,
    },
    { infer: (pair, features) => halves.get(pairs.find(({ name }) => name === pair)!.budget)!.infer(features), event: onEvent },
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
