import { shallowRef, type ShallowRef } from 'vue';
import type { ServerOptions, ServerState } from '../../../main/api.ts';
import { confirm } from '../../components/confirm.ts';
import { failureOf, useLab, useLabEvent, useLabReady } from '../../lab/index.ts';

/** Of the sparkline: one a state, which come at most twice a second. */
export const ratesKept = 120;

export interface ServerControl {
  readonly state: Readonly<ShallowRef<ServerState | null>>;
  /** Traffic of late, bytes a second, the oldest first. */
  readonly rates: Readonly<ShallowRef<readonly number[]>>;
  readonly error: Readonly<ShallowRef<string | null>>;
  start(options: ServerOptions): Promise<void>;
  stop(): Promise<void>;
}

/** The offload server of this machine, kept up with, and how it is started and stopped. */
export function useServer(): ServerControl {
  const lab = useLab();
  const state = shallowRef<ServerState | null>(null);
  const rates = shallowRef<readonly number[]>([]);
  const error = shallowRef<string | null>(null);

  function show(now: ServerState): void {
    state.value = now;
    rates.value = now.status === 'running' ? [...rates.value, now.rate].slice(-ratesKept) : [];
  }

  async function ask(call: () => Promise<ServerState>): Promise<void> {
    try {
      error.value = null;
      show(await call());
    } catch (failure) {
      error.value = failureOf(failure).message;
    }
  }

  useLabReady(() => void ask(() => lab.api.server()));
  useLabEvent('server', show);

  return {
    state,
    rates,
    error,
    start: (options) => ask(() => lab.api.startServer(options)),
    async stop() {
      const clients = state.value?.status === 'running' ? state.value.clients : [];
      const sure =
        clients.length === 0 ||
        (await confirm({
          title: 'Stop the server?',
          text: 'These sources are training with it. They wait a while for it to come back, and then stop with a checkpoint.',
          items: clients.map(({ id, address, model }) => `${id} at ${address}, ${model}`),
          action: 'Stop the server',
        }));
      if (sure) await ask(() => lab.api.stopServer());
    },
  };
}
