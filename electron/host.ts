import type { MessagePortMain, UtilityProcess } from 'electron';

/** What the host process does that the shell cares about. */
export type HostProcess = Pick<UtilityProcess, 'postMessage' | 'kill'> & {
  once(event: 'exit', listener: (code: number) => void): unknown;
};

export interface Host {
  /** Gives the host one end of a channel; it serves the lab over it, once it is up. */
  attach(port: MessagePortMain): void;
  /** Ends the host and starts it anew. */
  restart(): Promise<void>;
  /** Ends it for good. Runs are processes of their own and go on. */
  stop(): Promise<void>;
}

export interface HostOptions {
  fork(): HostProcess;
  /** A host is up: the first one, or one after another that ended. */
  onStart(host: Host): void;
  /** It ended by itself as often as there are delays, and is not started again until `restart`. */
  onGiveUp(code: number): void;
  /** Milliseconds before it is started again after it ended by itself once, twice … in short order. */
  readonly delays?: readonly number[];
  /** Who lives longer than this, in milliseconds, ended for a reason of its own: counting starts again. */
  readonly settled?: number;
  /** How long it may take to end when asked to. */
  readonly grace?: number;
}

/** Keeps the lab's host process running. It alone starts, stops and restarts it. */
export function keepHost(options: HostOptions): Host {
  const { delays = [200, 1_000, 4_000, 10_000], settled = 60_000, grace = 3_000 } = options;
  let child: HostProcess | undefined;
  let exited: Promise<number> = Promise.resolve(0);
  let waiting: MessagePortMain[] = [];
  let deaths = 0;
  let wanted = true;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const host: Host = {
    attach(port) {
      if (child) child.postMessage({ type: 'attach' }, [port]);
      else waiting.push(port);
    },
    async restart() {
      await end();
      deaths = 0;
      wanted = true;
      start();
    },
    stop: end,
  };
  start();
  return host;

  function start(): void {
    const started = options.fork();
    const startedAt = Date.now();
    child = started;
    exited = new Promise((resolve) => {
      started.once('exit', (code) => {
        child = undefined;
        resolve(code);
        if (wanted) died(code, Date.now() - startedAt);
      });
    });
    for (const port of waiting) host.attach(port);
    waiting = [];
    // Not before whoever made the host holds it.
    queueMicrotask(() => options.onStart(host));
  }

  function died(code: number, lived: number): void {
    deaths = lived > settled ? 1 : deaths + 1;
    const delay = delays[deaths - 1];
    if (delay === undefined) options.onGiveUp(code);
    else timer = setTimeout(start, delay);
  }

  async function end(): Promise<void> {
    wanted = false;
    clearTimeout(timer);
    const ending = child;
    if (!ending) return;
    ending.postMessage({ type: 'close' });
    const late = setTimeout(() => ending.kill(), grace);
    await exited;
    clearTimeout(late);
  }
}
