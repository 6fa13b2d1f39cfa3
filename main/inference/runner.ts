import { messageOf, SluiceError } from '../errors.ts';
import type { CodecChoice } from '../offload/codecs/table.ts';
import type { Features } from '../offload/protocol/messages.ts';
import type { Budget } from '../records/column.ts';
import type { Candidate } from './candidate.ts';
import type { Choice, InferenceController, Underway } from './controller.ts';
import { oneAfterTheOther } from './in-turn.ts';
import type { ServerAnswer } from './pair-session.ts';
import { isLoss, type RemoteLink } from './remote.ts';

/** What the engine here computes for one image; each piece alone, as it takes its time from the others. */
export interface HalvesHere {
  client(image: Float32Array, budget: Budget): Promise<Features>;
  /** The rest, where this client has it. */
  server?(features: Features, budget: Budget): Promise<Float32Array>;
}

export interface RunnerOptions {
  readonly controller: InferenceController;
  readonly halves: HalvesHere;
  /** Missing where everything is computed here. */
  readonly link?: RemoteLink;
  /** Milliseconds from a request's arrival in which the server is to begin with it; 0: whenever. */
  readonly deadlineMs?: number;
  /** Seconds without an answer after which the link is taken to be dead. */
  readonly giveUpSeconds: number;
  /** Seconds. */
  readonly clock: () => number;
  readonly after: (seconds: number, signal: AbortSignal) => Promise<void>;
  readonly onEvent?: (message: string) => void;
}

export interface Answer {
  /** Null: refused, and `note` says why. */
  readonly logits: Float32Array | null;
  readonly budget: Budget;
  readonly codec: CodecChoice | null;
  /** Where the server half computed. */
  readonly place: Candidate['place'];
  /** Whether the choice was expected to keep the target. */
  readonly meets: boolean;
  /** It was to be computed at the server, and was not. */
  readonly fallback: boolean;
  /** What is to be said of it; empty as a rule. */
  readonly note: string;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Computing here, on the way, at the server with waiting for its turn there; and all, which has waiting for the engine here too. */
  readonly seconds: { readonly client: number; readonly wire: number; readonly server: number; readonly total: number };
}

export interface Runner {
  /** Answers an image, normalised, `[h, w, channels]`. Rejects where nothing here can compute the rest, and the server is not there. */
  infer(image: Float32Array): Promise<Answer>;
  /** Bytes both ways of requests that nobody waited for. */
  triedBytes(): number;
  close(): Promise<void>;
}

/** Between tries to reach a lost server, in seconds. */
const shortestPause = 0.25;
const longestPause = 2;

/** A request that the server did not answer. */
interface AskedInVain {
  readonly candidate: Candidate;
  readonly meets: boolean;
  readonly begun: number;
  readonly clientSeconds: number;
  readonly wire: number;
}

/** Answers images as the controller decides, and here when the server does not. Sockets and engine are given to it. */
export function inferenceRunner(options: RunnerOptions): Runner {
  const { controller, halves, link, deadlineMs = 0, giveUpSeconds, clock, after, onEvent } = options;
  const engine = oneAfterTheOther();
  const closing = new AbortController();
  const trials = new Set<Promise<void>>();
  let triedBytes = 0;
  let asking = false;
  let nextAsk = 0;
  let pause = shortestPause;

  async function worked<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly seconds: number }> {
    return engine(async () => {
      const start = clock();
      const result = await work();
      return { result, seconds: clock() - start };
    });
  }

  async function finishHere(features: Features, budget: Budget): Promise<{ logits: Float32Array; seconds: number }> {
    const { server } = halves;
    if (!server) throw new Error('There is no server half here.');
    const { result, seconds } = await worked(() => server(features, budget));
    return { logits: result, seconds };
  }

  /** Asks the server. Rejects with `server-unreachable` where it does not answer in time. */
  async function ask({ budget, codec }: Candidate, features: Features): Promise<ServerAnswer> {
    const remote = link?.current();
    if (!remote || !codec) throw new SluiceError('server-unreachable', 'There is no connection to the server.');
    const done = new AbortController();
    const silence = after(giveUpSeconds, done.signal).then(
      () => {
        throw new SluiceError('server-unreachable', `The server has not answered for ${giveUpSeconds} s.`);
      },
      () => new Promise<never>(() => undefined),
    );
    try {
      return await Promise.race([remote.session(budget).infer(features, codec, deadlineMs), silence]);
    } finally {
      done.abort();
    }
  }

  /** Tells the controller what came of a request, and drops connections that bring nothing any more. */
  function failed(underway: Underway, error: unknown): void {
    if (!isLoss(error)) {
      underway.refused();
      return;
    }
    if (controller.reachable()) onEvent?.(`The server is lost: ${messageOf(error)}`);
    underway.lost();
    link?.drop();
  }

  function arrived(underway: Underway, { computeSeconds, waitSeconds }: ServerAnswer): void {
    if (!controller.reachable()) onEvent?.('The server is back.');
    underway.answered(computeSeconds + waitSeconds);
  }

  /** Sends an image once more, to learn from it. */
  async function tryOut(candidate: Candidate, image: Float32Array): Promise<void> {
    const underway = controller.begin(candidate);
    try {
      const { result, seconds } = await worked(() => halves.client(image, candidate.budget));
      underway.sent(seconds);
      const answer = await ask(candidate, result);
      triedBytes += answer.bytesUp + answer.bytesDown;
      arrived(underway, answer);
    } catch (error) {
      failed(underway, error);
    }
  }

  /** Asks for a lost server now and then, while requests are answered here. */
  async function askForServer(server: RemoteLink): Promise<void> {
    if (asking || clock() < nextAsk) return;
    asking = true;
    try {
      pause = (await server.open()) ? shortestPause : Math.min(longestPause, 2 * pause);
    } finally {
      asking = false;
      nextAsk = clock() + pause;
    }
  }

  function learn(image: Float32Array): void {
    if (!link || closing.signal.aborted) return;
    const candidate = link.current() ? controller.probe() : null;
    if (link.current() && !candidate) return;
    const trial = (candidate ? tryOut(candidate, image) : askForServer(link))
      .catch((error: unknown) => onEvent?.(messageOf(error)))
      .finally(() => trials.delete(trial));
    trials.add(trial);
  }

  async function here(image: Float32Array, choice: Choice, begun: number): Promise<Answer> {
    const { candidate, meets } = choice;
    const underway = controller.begin(candidate);
    const { result, seconds } = await worked(async () =>
      halves.server!(await halves.client(image, candidate.budget), candidate.budget),
    );
    underway.answered(seconds);
    const fallback = link !== undefined && !controller.reachable();
    return {
      ...answerOf(candidate, meets),
      logits: result,
      fallback,
      note: fallback ? 'computed here: the server is lost' : '',
      seconds: { client: seconds, wire: 0, server: 0, total: clock() - begun },
    };
  }

  /** What the server did not compute, computed here; or said to be refused, where the answer would be too late anyway. */
  async function instead(error: unknown, features: Features, asked: AskedInVain): Promise<Answer> {
    const { candidate, meets, begun, clientSeconds, wire } = asked;
    const code = error instanceof SluiceError ? error.code : '';
    const busy = code === 'limit-queue';
    const answer = answerOf(candidate, meets);
    if (code === 'deadline-missed' || (busy && !halves.server)) {
      const seconds = { client: clientSeconds, wire, server: 0, total: clock() - begun };
      return { ...answer, logits: null, note: messageOf(error), seconds };
    }
    if (!halves.server || !(busy || isLoss(error))) throw error;
    const { logits, seconds } = await finishHere(features, candidate.budget);
    return {
      ...answer,
      logits,
      place: 'client',
      codec: null,
      fallback: true,
      note: `computed here: ${messageOf(error)}`,
      seconds: { client: clientSeconds + seconds, wire, server: 0, total: clock() - begun },
    };
  }

  async function infer(image: Float32Array): Promise<Answer> {
    const begun = clock();
    if (link && !halves.server) await connected(link);
    const choice = controller.decide();
    const { candidate, meets } = choice;
    if (candidate.place === 'client') {
      const answer = await here(image, choice, begun);
      learn(image);
      return answer;
    }
    const underway = controller.begin(candidate);
    const { result: features, seconds: clientSeconds } = await worked(() => halves.client(image, candidate.budget));
    underway.sent(clientSeconds);
    const sentAt = clock();
    try {
      const answer = await ask(candidate, features);
      const askedFor = clock() - sentAt;
      arrived(underway, answer);
      const { logits, bytesUp, bytesDown, computeSeconds, waitSeconds } = answer;
      const total = clock() - begun;
      const server = computeSeconds + waitSeconds;
      const wire = Math.max(0, askedFor - server);
      return {
        ...answerOf(candidate, meets),
        logits,
        bytesUp,
        bytesDown,
        seconds: { client: clientSeconds, wire, server, total },
      };
    } catch (error) {
      failed(underway, error);
      return await instead(error, features, { candidate, meets, begun, clientSeconds, wire: clock() - sentAt });
    } finally {
      learn(image);
    }
  }

  /** Where nothing can be computed without it, the server is waited for. */
  async function connected(server: RemoteLink): Promise<void> {
    for (let wait = shortestPause; !(await server.open()); wait = Math.min(longestPause, 2 * wait))
      await after(wait, closing.signal);
  }

  return {
    infer,
    triedBytes: () => triedBytes,
    async close() {
      closing.abort();
      await link?.close();
      await Promise.all(trials);
    },
  };
}

function answerOf({ budget, codec, place }: Candidate, meets: boolean): Omit<Answer, 'logits' | 'seconds'> {
  return { budget, codec, place, meets, fallback: false, note: '', bytesUp: 0, bytesDown: 0 };
}
