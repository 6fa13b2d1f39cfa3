import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, SluiceError } from '../../errors.ts';
import type { ServerAddress } from '../../offload/client/dial.ts';
import type { Execution } from '../../runs/life/execution.ts';
import type { ServerStats } from '../server/stats.ts';
import { startServerProcess } from '../server/start.ts';

/** The offload server that a run has to itself. */
export interface OwnServer extends ServerAddress {
  /** Of the process it is now. */
  pid(): number;
  /** Steps it has taken in a session, half a second late; null when it knows nothing of it. */
  stepsOf(session: string): number | null;
  /** Rejects when it cannot be kept running. */
  readonly failed: Promise<never>;
  /** For how many seconds it has been up; 0 while it is being started again. */
  upSeconds(): number;
  /** Ends the process, as a fault would; it is started again. */
  kill(): void;
  close(): Promise<void>;
}

/** It is not started again when it dies this often within so long. */
const mostDeaths = 6;
const deathsWithinMs = 60_000;
const pauseMs = 200;

/**
 * Starts an offload server on this machine's loopback for one run, and again at the same address whenever it dies. What
 * it keeps lies in the run's folder.
 */
export async function keepServer({ run, folder, log }: Execution): Promise<OwnServer> {
  const { engine, threads, sources } = run.experiment;
  const options = {
    home: folder,
    engine,
    threads,
    // What the user's own machine has room for is what the user asked for.
    sessionBytes: Infinity,
    limits: { clients: 2 * sources.count + 8, sessions: sources.count + 8 },
  };
  let stats: ServerStats | null = null;
  let reject: (error: unknown) => void;
  const failed = new Promise<never>((_, fail) => (reject = fail));
  failed.catch(() => undefined);

  const listeners = {
    onStats: (latest: ServerStats) => (stats = latest),
    onEvent: (event: { readonly kind: string }) => {
      try {
        if (event.kind === 'failed' || event.kind === 'refused') log('server', { ...event });
      } catch (error) {
        reject(error);
      }
    },
  };
  let server = await startServerProcess(options, listeners);
  const { url, token } = server;
  const port = Number(new URL(url).port);
  log('server-started', { url, pid: server.pid, engine: server.engine });
  let closing = false;
  let upSince: number | null = performance.now();
  async function keep(): Promise<void> {
    const deaths: number[] = [];
    let how = await server.gone;
    while (!closing) {
      upSince = null;
      log('server-died', { how });
      deaths.push(performance.now());
      if (deaths.filter((at) => at > performance.now() - deathsWithinMs).length > mostDeaths) {
        const advice = `Once that is mended: sluice resume ${run.id}`;
        throw new SluiceError(
          'server-died',
          `The offload server died ${mostDeaths} times in a minute (${how}). ${advice}`,
        );
      }
      await sleep(pauseMs * deaths.length);
      how = await restart();
    }
  }

  /** How the new process ended, in words. */
  async function restart(): Promise<string> {
    try {
      server = await startServerProcess({ ...options, port, token }, listeners);
    } catch (error) {
      return messageOf(error);
    }
    if (closing) await server.close();
    else log('server-started', { url, pid: server.pid });
    upSince = performance.now();
    return server.gone;
  }

  void keep().catch((error: unknown) => reject(error));
  return {
    url,
    token,
    failed,
    pid: () => server.pid,
    stepsOf: (session) => stats?.clients.find(({ id }) => id === session)?.steps ?? null,
    upSeconds: () => (upSince === null ? 0 : (performance.now() - upSince) / 1000),
    kill: () => server.kill(),
    async close() {
      closing = true;
      await server.close();
    },
  };
}
