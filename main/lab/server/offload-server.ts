import type { ServerOptions, ServerState } from '../../api.ts';
import { SluiceError } from '../../errors.ts';
import type { ServerEvent } from '../../offload/server/server.ts';
import { reachableUrl } from '../../processes/server/reachable.ts';
import { startServerProcess, type ServerProcess } from '../../processes/server/start.ts';
import type { ServedSource, ServerStats } from '../../processes/server/stats.ts';

/** The offload server that users start from the window; it ends with the lab. */
export interface LabServer {
  readonly state: ServerState;
  start(options: ServerOptions): Promise<ServerState>;
  stop(): Promise<ServerState>;
}

interface Options {
  readonly home: string;
  readonly onChange: (state: ServerState) => void;
}

type Running = Extract<ServerState, { status: 'running' }>;

const errorsKept = 50;

export function openLabServer({ home, onChange }: Options): LabServer {
  let state: ServerState = { status: 'stopped', error: null };
  let server: ServerProcess | null = null;
  let measured = { at: 0, bytes: 0 };

  function become(next: ServerState): ServerState {
    state = next;
    onChange(state);
    return state;
  }

  function change(changes: (running: Running) => Partial<Running>): void {
    if (state.status === 'running') become({ ...state, ...changes(state) });
  }

  function showStats({ clients, totals: { bytesUp, bytesDown } }: ServerStats): void {
    const now = { at: performance.now(), bytes: bytesUp + bytesDown };
    const rate = ((now.bytes - measured.bytes) * 1000) / Math.max(1, now.at - measured.at);
    measured = now;
    change(() => ({ clients: clients.map(sourceOf), bytesUp, bytesDown, rate: Math.max(0, rate) }));
  }

  function showEvent(event: ServerEvent): void {
    if (event.kind !== 'refused' && event.kind !== 'failed') return;
    const error = { at: Date.now(), from: event.from, text: event.message };
    change(({ errors }) => ({ errors: [...errors, error].slice(-errorsKept) }));
  }

  async function start({ host, port, tls }: ServerOptions): Promise<ServerState> {
    if (state.status !== 'stopped') throw new SluiceError('server-running', 'The offload server is running already.');
    become({ status: 'starting' });
    try {
      const options = { home, host, port, ...(tls ? { tls: 'own' as const } : {}) };
      const started = await startServerProcess(options, { onStats: showStats, onEvent: showEvent });
      server = started;
      measured = { at: performance.now(), bytes: 0 };
      void started.gone.then((how) => {
        if (server === started) become({ status: 'stopped', error: `The offload server died (${how}).` });
      });
    } catch (error) {
      become({ status: 'stopped', error: error instanceof Error ? error.message : String(error) });
      throw error;
    }
    const { token, fingerprint } = server;
    const url = reachableUrl(server.url);
    const idle = { clients: [], bytesUp: 0, bytesDown: 0, rate: 0, errors: [] };
    return become({ status: 'running', url, token, fingerprint: fingerprint ?? null, startedAt: Date.now(), ...idle });
  }

  return {
    get state() {
      return state;
    },
    start,
    stop: async () => {
      const stopping = server;
      server = null;
      await stopping?.close();
      return state.status === 'running' ? become({ status: 'stopped', error: null }) : state;
    },
  };
}

function sourceOf({ address, ...source }: ServedSource): Running['clients'][number] {
  const { id, model, since, steps, samplesPerSecond, bytesUp, bytesDown } = source;
  return { id, address: address ?? 'not connected', model, since, steps, samplesPerSecond, bytesUp, bytesDown };
}
