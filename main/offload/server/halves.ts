import { isDeepStrictEqual } from 'node:util';
import { SluiceError } from '../../errors.ts';
import type { OpenHandler } from './handler.ts';
import type { Purpose, SessionRequest } from '../protocol/control.ts';
import { trainedHalf, type TrainedHalf } from './trained-half.ts';
import { createTurns, type InTurn } from './turns.ts';

/** A session as its half sees it. */
interface User {
  /** Null while it has none. */
  readonly connection: object | null;
}

/** A server half and the sessions it answers: one, or all sources of a run. */
export interface SessionHalf {
  readonly request: SessionRequest;
  readonly trained: Promise<TrainedHalf>;
  readonly users: Set<User>;
}

/** The server halves there are. Those that are trained compute in turn, and so do those for inference, beside them. */
export interface Halves {
  /**
   * The half a session asks for: a new one, opened when `cleared` has freed the memory of those given up, or the one its
   * run shares. Throws `session-mismatch` when that is another.
   */
  halfFor(request: SessionRequest, cleared: Promise<unknown>): SessionHalf;
  /** A session has ended: the half goes with its last one. */
  leave(half: SessionHalf, user: User): Promise<void>;
}

export function createHalves(open: OpenHandler, { gatherMs }: { readonly gatherMs: number }): Halves {
  const shared = new Map<string, SessionHalf>();
  const turns: Readonly<Record<Purpose, InTurn>> = { train: createTurns(), infer: createTurns() };

  function openHalf(request: SessionRequest, cleared: Promise<unknown>): SessionHalf {
    const { serverHalf } = request.source;
    const inTurn = turns[request.purpose];
    const users = new Set<User>();
    const living = (): number => [...users].filter(({ connection }) => connection).length;
    const gather = serverHalf === 'gathered' ? { waitMs: gatherMs, living } : null;
    // Not in its turn: building a large one takes long, and the others go on meanwhile. What went wrong with those given
    // up is no reason to refuse who comes after them.
    const opened = cleared.catch(() => undefined).then(() => open(request));
    const trained = opened.then((handler) => trainedHalf(handler, inTurn, { shared: serverHalf !== 'own', gather }));
    return { request, trained, users };
  }

  return {
    halfFor(request, cleared) {
      if (request.source.serverHalf === 'own') return openHalf(request, cleared);
      const key = keyOf(request);
      const existing = shared.get(key);
      if (existing) requireSame(request, existing.request, 'the other sources of its run');
      const half = existing ?? openHalf(request, cleared);
      shared.set(key, half);
      return half;
    },
    async leave(half, user) {
      half.users.delete(user);
      if (half.users.size > 0) return;
      const key = keyOf(half.request);
      if (shared.get(key) === half) shared.delete(key);
      const trained = await half.trained.catch(() => null);
      await trained?.close();
    },
  };
}

/** What the sessions that share a half have in common. */
function keyOf({ purpose, source: { run } }: SessionRequest): string {
  return `${purpose} ${run}`;
}

/** Throws `session-mismatch` unless both ask for the same half. */
function requireSame(request: SessionRequest, other: SessionRequest, whose: string): void {
  requireAlike(described(request), described(other), whose);
}

/** Throws `session-mismatch` unless both are the same session: sources of one half may have codecs of their own. */
export function requireSameSession(request: SessionRequest, known: SessionRequest): void {
  requireSame(request, known, 'the session it resumes');
  const { codecs, source } = request;
  requireAlike({ codecs, source }, { codecs: known.codecs, source: known.source }, 'the session it resumes');
}

function requireAlike<T extends object>(given: T, expected: T, whose: string): void {
  for (const member of Object.keys(given) as (keyof T & string)[]) {
    if (isDeepStrictEqual(given[member], expected[member])) continue;
    throw new SluiceError(
      'session-mismatch',
      `The session's ${member} is ${JSON.stringify(given[member])}, but ${whose} has ${JSON.stringify(expected[member])}.`,
      { path: member },
    );
  }
}

function described({ purpose, pair, model, cut, optimiser, seed, gradient, source: { serverHalf } }: SessionRequest) {
  return { purpose, pair, model, cut, optimiser, seed, gradient, serverHalf };
}
