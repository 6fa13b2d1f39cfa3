import type { ServerAddress } from '../../offload/client/dial.ts';
import { enginesOf } from '../../runs/experiment/engines.ts';
import type { Execution } from '../../runs/life/execution.ts';
import { startServerProcess, type ServerProcess } from '../server/start.ts';
import { keepProcess, type Kept } from './keep.ts';

/** The offload server that a run has to itself. */
export interface OwnServer extends ServerAddress, Pick<Kept<ServerProcess>, 'failed' | 'upSeconds' | 'close'> {
  /** Ends the process, as a fault would; it is started again. */
  kill(): void;
}

/**
 * Starts an offload server on this machine's loopback for one run, and again at the same address whenever it dies. What
 * it keeps lies in the run's folder.
 */
export async function keepServer(execution: Execution): Promise<OwnServer> {
  const { run, folder, log } = execution;
  const { sources } = run.experiment;
  const options = {
    home: folder,
    engine: enginesOf(run.experiment).server,
    threads: run.threads ?? run.experiment.threads,
    // What the user's own machine has room for is what the user asked for.
    sessionBytes: Infinity,
    limits: { clients: 2 * sources.count + 8, sessions: sources.count + 8 },
  };
  let refuse: (error: unknown) => void;
  const unheard = new Promise<never>((_, reject) => (refuse = reject));

  const listeners = {
    onEvent: (event: { readonly kind: string }) => {
      try {
        if (event.kind === 'failed' || event.kind === 'refused') log('server', { ...event });
      } catch (error) {
        refuse(error);
      }
    },
  };
  const server = await keepProcess<ServerProcess>(execution, {
    name: 'The offload server',
    code: 'server-died',
    start: (before) => startServerProcess({ ...options, ...(before ? placeOf(before) : {}) }, listeners),
    onStart: ({ url, pid, engine }) => log('server-started', { url, pid, engine }),
    onDeath: (how) => log('server-died', { how }),
  });
  const failed = Promise.race([server.failed, unheard]);
  failed.catch(() => undefined);
  const { url, token } = server.now();
  return {
    url,
    token,
    failed,
    upSeconds: server.upSeconds,
    kill: () => server.now().kill(),
    close: server.close,
  };
}

/** Where another finds what came to this one. */
function placeOf({ url, token }: ServerProcess): { readonly port: number; readonly token: string } {
  return { port: Number(new URL(url).port), token };
}
