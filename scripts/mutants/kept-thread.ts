import { ThreadsPoolWorker, type PoolOptions, type PoolWorker, type WorkerRequest } from 'vitest/node';

type Listener = (message: unknown) => void;

let thread: ThreadsPoolWorker | null = null;
let configured: ThreadsPoolWorker | null = null;

/**
 * A worker that outlives the runs of vitest: what it has loaded serves the next mutant, which a variable switches on.
 * Loading the modules anew would take seconds for each of thousands of mutants.
 */
export class KeptThread implements PoolWorker {
  readonly name = 'kept-thread';
  private readonly listeners: [string, Listener][] = [];
  private readonly options: PoolOptions;
  private config: unknown;

  constructor(options: PoolOptions) {
    this.options = options;
  }

  async start(): Promise<void> {
    if (thread !== null) return;
    thread = new ThreadsPoolWorker(this.options);
    await thread.start();
    thread.on('exit', () => (thread = null));
  }

  /** Passes on what a new thread has to know, and answers for one that knows it. */
  send(message: WorkerRequest): void {
    if (message.type === 'start') {
      this.config = message.context.config;
      if (thread === configured) {
        this.answer('started');
        return;
      }
      configured = thread;
    }
    if (message.type === 'stop') {
      this.answer('stopped');
      return;
    }
    // The thread was started with the configuration of the first run; the tests to run by name are those of this one.
    if (message.type === 'run') Object.assign(message.context, { config: this.config });
    thread!.send(message);
  }

  on(event: string, listener: Listener): void {
    this.listeners.push([event, listener]);
    thread!.on(event, listener);
  }

  off(event: string, listener: Listener): void {
    thread?.off(event, listener);
  }

  stop(): Promise<void> {
    for (const [event, listener] of this.listeners) this.off(event, listener);
    return Promise.resolve();
  }

  deserialize(data: unknown): unknown {
    return data;
  }

  private answer(type: 'started' | 'stopped'): void {
    for (const [event, listener] of this.listeners) {
      if (event === 'message') listener({ type, __vitest_worker_response__: true });
    }
  }
}

export async function endThread(): Promise<void> {
  await thread?.stop();
}
