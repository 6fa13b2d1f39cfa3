import { createBirpc, type BirpcReturn } from 'birpc';
import { readonly, shallowRef, type Ref } from 'vue';
import type { LabApi, LabError, LabEvents, LabInfo } from '../../main/api.ts';
import { ownMethods, protocol } from '../../main/wire.ts';
import type { Channel, OpenChannel } from './channel.ts';
import { createEvents } from './events.ts';
import { failureOf, LabFailure, shutOut, unreachable } from './failure.ts';

/**
 * `lost`: was there, is being called again. `shut-out`: does not let this browser in, until another page of it has come
 * with a new link. `outdated`: speaks another version of the contract than this page, which has to be reloaded.
 */
export type LabState = 'connecting' | 'ready' | 'lost' | 'shut-out' | 'outdated';

/** The lab as the window sees it, over whatever channel there is. */
export interface Lab {
  /** Calls wait a while for the lab when it is away, and reject with a LabFailure. */
  readonly api: LabApi;
  readonly state: Readonly<Ref<LabState>>;
  readonly info: Readonly<Ref<LabInfo | null>>;
  /** Listens to an event over all reconnections; returns how to stop. */
  on<E extends keyof LabEvents>(event: E, listener: LabEvents[E]): () => void;
  /**
   * Calls now if the lab is there, and whenever it has come back: what was fetched before may be old then. Returns how
   * to stop.
   */
  onReady(listener: () => void): () => void;
  close(): void;
}

export interface LabOptions {
  /** Milliseconds before the first, second … new attempt; the last one is for all that follow. */
  readonly delays?: readonly number[];
  /** How long a call waits for a lab that is away, in milliseconds. */
  readonly patience?: number;
}

type Calls = BirpcReturn<LabApi, LabEvents>;

/** A lab that is connected, and connected again whenever the channel closes. */
export function createLab(open: OpenChannel, options: LabOptions = {}): Lab {
  const { delays = [200, 500, 1000, 2000, 4000], patience = 8000 } = options;
  const events = createEvents();
  const state = shallowRef<LabState>('connecting');
  const info = shallowRef<LabInfo | null>(null);
  const readyListeners = new Set<() => void>();
  const waiting = new Set<() => void>();
  let calls: Calls | null = null;
  let close = (): void => undefined;
  let watched: string[] = [];
  let attempt = 0;
  /** Why there is no lab to call. */
  let refusal: LabError = unreachable;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ended = false;

  async function connect(): Promise<void> {
    try {
      const channel = await open();
      const rpc = rpcOver(channel, events.table);
      close = () => channel.close();
      channel.onClose(() => lose(rpc));
      if (ended) channel.close();
      else await greet(rpc);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.code === shutOut.code) {
        state.value = 'shut-out';
        refusal = failure;
      }
      retry();
    }
  }

  async function greet(rpc: Calls): Promise<void> {
    const host = await rpc.hello();
    info.value = host;
    if (host.protocol !== protocol) {
      state.value = 'outdated';
      return;
    }
    if (watched.length > 0) await rpc.watch(watched);
    attempt = 0;
    calls = rpc;
    refusal = unreachable;
    state.value = 'ready';
    for (const go of waiting) go();
    for (const listener of readyListeners) listener();
  }

  function lose(rpc: Calls): void {
    rpc.$close(new LabFailure(unreachable));
    if (calls !== rpc) return;
    calls = null;
    state.value = 'lost';
    retry();
  }

  function retry(): void {
    if (ended) return;
    clearTimeout(timer);
    timer = setTimeout(() => void connect(), delays[Math.min(attempt++, delays.length - 1)]);
  }

  /** The calls of a lab that is there; waits for it, but not for ever. */
  function connected(): Promise<Calls> {
    if (calls) return Promise.resolve(calls);
    return new Promise((resolve, reject) => {
      const go = (): void => {
        clearTimeout(late);
        waiting.delete(go);
        if (calls) resolve(calls);
        else reject(new LabFailure(refusal));
      };
      const late = setTimeout(go, patience);
      waiting.add(go);
    });
  }

  async function call(name: keyof LabApi, args: never[]): Promise<unknown> {
    if (name === 'watch') watched = args[0] ?? [];
    try {
      const rpc = await connected();
      return await (rpc[name] as (...given: never[]) => Promise<unknown>)(...args);
    } catch (error) {
      throw failureOf(error);
    }
  }

  void connect();
  return {
    api: new Proxy({} as LabApi, {
      get:
        (_, name) =>
        (...args: never[]) =>
          call(name as keyof LabApi, args),
    }),
    state: readonly(state),
    info,
    on: events.on,
    onReady(listener) {
      readyListeners.add(listener);
      if (calls) listener();
      return () => readyListeners.delete(listener);
    },
    close() {
      ended = true;
      clearTimeout(timer);
      calls = null;
      close();
    },
  };
}

function rpcOver(channel: Channel, events: LabEvents): Calls {
  return createBirpc<LabApi, LabEvents>(events, {
    post: (message: unknown) => channel.post(message),
    on: (listener: (message: unknown) => void) => channel.onMessage(listener),
    resolver: ownMethods(events),
    // Exports and checks of large data may take long; a channel that closes rejects what is pending.
    timeout: -1,
  });
}
