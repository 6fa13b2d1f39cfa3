import { join } from 'node:path';
import { engineWords } from '../../engine/adapter.ts';
import type { EngineChoice } from '../../engine/choices.ts';
import { openEngine } from '../../engine/engine.ts';
import { startThread } from '../../entry.ts';
import { networkNames } from '../../model/zoo.ts';
import type { ServerEvent, ServerLimits } from '../../offload/server/server.ts';
import { newToken } from '../../offload/transport/token.ts';
import { version } from '../../version.ts';
import { fingerprintOf, ownCertificate, readCertificate, type Certificate } from './certificate.ts';
import { computeHalves } from './compute.ts';
import { defaultMemory, defaultSessionBytes } from './memory.ts';
import type { ServerStats } from './stats.ts';
import { callsOver, type SocketsOptions, type SocketsThread, type TrainingThread } from './threads.ts';

/** Files of a certificate and its key, or one of this machine's own making. */
export type Tls = { readonly cert: string; readonly key: string } | 'own';

export interface ServeOptions {
  /** Folder for certificate and checkpoints. */
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
  /** Threads of the engine for inference, which computes beside the training; 1 unless given. */
  readonly inferenceThreads?: number;
  readonly limits?: Partial<ServerLimits>;
  /** For server halves and the batches they work on; half of the machine's unless given. */
  readonly memoryBytes?: number;
  /** For the half of one session; 2 GiB unless given. */
  readonly sessionBytes?: number;
}

export interface ServedOffload {
  readonly url: string;
  readonly token: string;
  /** SHA-256 of the certificate; absent without TLS. */
  readonly fingerprint?: string;
  /** What computes, in words. */
  readonly engine: string;
  stats(): Promise<ServerStats>;
  close(): Promise<void>;
}

/**
 * An offload server that builds the server half each session asks for from the zoo, on this process's engine. It needs
 * neither data nor code of its clients. Throws what startOffloadServer and openEngine throw, and `certificate-unreadable`.
 */
export async function serveOffload(
  options: ServeOptions,
  onEvent: (event: ServerEvent) => void = () => undefined,
): Promise<ServedOffload> {
  const { home, host = '127.0.0.1', port = 0, token = newToken(), insecure = false, limits, threads } = options;
  const root = join(home, 'offload');
  const tls = await certificateOf(options.tls, join(root, 'tls'));
  const engine = engineWords(await openEngine(options.engine ?? 'auto', threads === undefined ? {} : { threads }));
  const sockets = await startSockets(
    {
      host,
      port,
      token,
      tls,
      insecure,
      limits,
      software: `sluice ${version()}`,
      engine,
      models: networkNames,
      checkpoints: join(root, 'checkpoints'),
      memoryBytes: options.memoryBytes ?? defaultMemory(),
      sessionBytes: options.sessionBytes ?? defaultSessionBytes,
      inference: { engine: options.engine ?? 'auto', threads: options.inferenceThreads ?? 1 },
    },
    onEvent,
  );
  return {
    ...sockets,
    token,
    ...(tls ? { fingerprint: fingerprintOf(tls) } : {}),
    engine,
  };
}

/** The thread with the sockets, for which this one builds the halves and computes. */
async function startSockets(
  options: SocketsOptions,
  onEvent: (event: ServerEvent) => void,
): Promise<Pick<ServedOffload, 'url' | 'stats' | 'close'>> {
  const thread = startThread(import.meta.url, './sockets-worker.ts', undefined);
  // Without its sockets the server is none.
  thread.on('error', (error) => {
    throw error;
  });
  const sockets = callsOver<SocketsThread, TrainingThread>(thread, { ...computeHalves(), event: onEvent });
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

export async function certificateOf(tls: Tls | undefined, folder: string): Promise<Certificate | null> {
  if (tls === undefined) return null;
  return tls === 'own' ? ownCertificate(folder) : readCertificate(tls.cert, tls.key);
}
