import { SluiceError } from '../../errors.ts';
import type { ServerEvent } from '../../offload/server/server.ts';
import { startChild, startedInTime } from '../child.ts';
import { errorOf } from '../../failure.ts';
import type { FromServer, ServerReady, ToServer } from './messages.ts';
import type { ServeOptions } from './serve.ts';
import type { ServerStats } from './stats.ts';

/** An offload server in a process of its own. */
export interface ServerProcess extends ServerReady {
  readonly pid: number;
  /** How it ended, in words. */
  readonly gone: Promise<string>;
  /** Ends it after it has told its clients; resolves when it is gone. */
  close(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

export interface ServerListeners {
  readonly onStats?: (stats: ServerStats) => void;
  readonly onEvent?: (event: ServerEvent) => void;
}

const closeMs = 10_000;

/**
 * Starts an offload server that ends with this process. Throws what serveOffload throws, `server-died` and
 * `start-timeout`.
 */
export async function startServerProcess(
  options: ServeOptions,
  { onStats, onEvent }: ServerListeners = {},
): Promise<ServerProcess> {
  let settle: { resolve: (ready: ServerReady) => void; reject: (error: Error) => void };
  const started = new Promise<ServerReady>((resolve, reject) => (settle = { resolve, reject }));
  const child = startChild<ToServer>(import.meta.url, './process.ts', (message: FromServer) => {
    if (message.kind === 'ready') settle.resolve(message.ready);
    else if (message.kind === 'failed') settle.reject(errorOf(message.failure));
    else if (message.kind === 'stats') onStats?.(message.stats);
    else onEvent?.(message.event);
  });
  void child.gone.then((how) =>
    settle.reject(new SluiceError('server-died', `The offload server died as it started (${how}). Start it again.`)),
  );
  child.send({ kind: 'serve', options });
  return {
    ...(await startedInTime(child, started, 'The offload server')),
    pid: child.pid,
    gone: child.gone,
    kill: child.kill,
    async close() {
      child.send({ kind: 'close' });
      const overdue = setTimeout(child.kill, closeMs);
      await child.gone;
      clearTimeout(overdue);
    },
  };
}
