import { SluiceError } from '../errors.ts';
import { deadlineMissed } from '../offload/server/deadline.ts';
import type { Clock } from './clock.ts';
import { givingWay, nextBatch, readyPair, samplesOf, type Queued } from './queue.ts';

export interface BatchLimits {
  /** Samples that are computed at once. */
  readonly maxBatch: number;
  /** How long a request waits for others at most while nothing is computed. */
  readonly maxWaitMs: number;
  /** Samples that wait for their computation, of all pairs together. */
  readonly maxQueue: number;
}

export interface Asked<Request> {
  readonly pair: string;
  /** Requests of one client for one pair are computed in their order, and clients take turns. */
  readonly client: string;
  readonly samples: number;
  /** From now to the begin of the computation; 0: none. */
  readonly deadlineMs: number;
  readonly request: Request;
  /** Whether nobody waits for the answer any more. */
  readonly gone?: () => boolean;
}

export interface Computed<Answer> {
  readonly answer: Answer;
  readonly waitSeconds: number;
  readonly serverSeconds: number;
  /** Samples of its batch. */
  readonly batch: number;
}

export interface BatcherOptions<Request, Answer> extends BatchLimits {
  readonly clock: Clock;
  /** An answer to each request, in their order. It is called for one batch at a time. */
  compute(pair: string, requests: readonly Request[]): Promise<readonly Answer[]>;
}

/** Joins the requests of all clients for one pair to batches. */
export interface Batcher<Request, Answer> {
  /**
   * Throws what `compute` throws, and of what is not computed `limit-batch`, `limit-queue`, `deadline-missed`,
   * `server-draining` and `client-gone`.
   */
  ask(asked: Asked<Request>): Promise<Computed<Answer>>;
  /** Samples that wait for their computation. */
  waiting(pair?: string): number;
  /** Takes no more; resolves when all that was asked before has its answer. */
  drain(): Promise<void>;
}

interface Entry<Request, Answer> extends Asked<Request>, Queued {
  readonly resolve: (computed: Computed<Answer>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A batch leaves when nothing is computed and either `maxBatch` samples of a pair are there or one of its requests is due:
 * it has waited `maxWaitMs`, or half of its deadline.
 */
export function createBatcher<Request, Answer>(options: BatcherOptions<Request, Answer>): Batcher<Request, Answer> {
  const { clock, maxBatch, maxQueue, maxWaitMs } = options;
  /** In the order they came. */
  let waiting: Entry<Request, Answer>[] = [];
  let computing = false;
  let draining = false;
  let drained: () => void = () => undefined;
  let cancelTimer: () => void = () => undefined;

  function remove(entries: readonly Entry<Request, Answer>[]): void {
    if (entries.length === 0) return;
    const gone = new Set(entries);
    waiting = waiting.filter((entry) => !gone.has(entry));
  }

  function refuseLate(now: number): void {
    const gone = waiting.filter((entry) => entry.gone?.() ?? false);
    const late = waiting.filter((entry) => entry.expires <= now && !gone.includes(entry));
    remove([...gone, ...late]);
    for (const { reject } of gone) reject(new SluiceError('client-gone', 'The client went before its turn came.'));
    for (const { deadlineMs, arrived, reject } of late) reject(deadlineMissed(deadlineMs, now - arrived));
  }

  function proceed(): void {
    cancelTimer();
    const now = clock.now();
    refuseLate(now);
    const pair = computing ? undefined : readyPair(waiting, maxBatch, now);
    if (pair !== undefined) {
      const batch = nextBatch(waiting, pair, maxBatch);
      remove(batch);
      void compute(pair, batch);
    }
    wake();
    if (draining && !computing && waiting.length === 0) drained();
  }

  /** Comes back when the next request is due, or, while something is computed, has expired. */
  function wake(): void {
    const times = waiting.map(({ due, expires }) => (computing ? expires : Math.min(due, expires)));
    const next = times.reduce((a, b) => Math.min(a, b), Infinity);
    cancelTimer = next === Infinity ? () => undefined : clock.at(next, proceed);
  }

  async function compute(pair: string, batch: readonly Entry<Request, Answer>[]): Promise<void> {
    computing = true;
    const began = clock.now();
    const samples = samplesOf(batch);
    try {
      const requests = batch.map(({ request }) => request);
      const answers = await options.compute(pair, requests);
      const serverSeconds = (clock.now() - began) / 1000;
      batch.forEach(({ arrived, resolve }, i) =>
        resolve({ answer: answers[i], waitSeconds: (began - arrived) / 1000, serverSeconds, batch: samples }),
      );
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    computing = false;
    proceed();
  }

  /** Throws unless there is room for a request, which a client with more of them may have to make. */
  function makeRoom(asked: Asked<Request>): void {
    if (draining) throw new SluiceError('server-draining', 'The server is stopping and takes no more requests.');
    requireBatch(asked.samples, maxBatch);
    const there = samplesOf(waiting);
    if (there + asked.samples <= maxQueue) return;
    const gone = givingWay(waiting, asked, maxQueue);
    if (gone.length === 0) throw queueFull(there, maxQueue);
    remove(gone);
    for (const { reject } of gone) reject(queueFull(there, maxQueue));
  }

  return {
    waiting: (pair) => samplesOf(pair === undefined ? waiting : waiting.filter((entry) => entry.pair === pair)),
    ask: (asked) =>
      new Promise((resolve, reject) => {
        const arrived = clock.now();
        refuseLate(arrived);
        makeRoom(asked);
        const { deadlineMs } = asked;
        const [patience, expires] =
          deadlineMs === 0 ? [maxWaitMs, Infinity] : [Math.min(maxWaitMs, deadlineMs / 2), arrived + deadlineMs];
        waiting.push({ ...asked, arrived, due: arrived + patience, expires, resolve, reject });
        proceed();
      }),
    drain() {
      draining = true;
      return new Promise((resolve) => {
        drained = resolve;
        proceed();
      });
    },
  };
}

/** Throws `limit-batch` for a request that no batch holds. */
export function requireBatch(samples: number, most: number): void {
  if (samples <= most) return;
  throw new SluiceError(
    'limit-batch',
    `A request has ${samples} samples, the server computes at most ${most} at once. Send fewer, or start it with a higher --max-batch.`,
    { path: 'samples' },
  );
}

function queueFull(there: number, most: number): SluiceError {
  return new SluiceError(
    'limit-queue',
    `${there} samples wait for the server, which lets ${most} wait: nothing was computed. Try again later, ask for less at ` +
      'once, or start it with a higher --max-queue.',
  );
}
