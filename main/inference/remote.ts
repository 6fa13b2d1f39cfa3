import { SluiceError } from '../errors.ts';
import type { Budget } from '../records/column.ts';
import type { PairSession } from './pair-session.ts';

/** The server as the runner sees it: a session for each pair that may be chosen, all open, so that a change of pair reloads nothing. */
export interface Remote {
  session(budget: Budget): PairSession;
  close(): Promise<void>;
}

/** A server that may go and come back. */
export interface RemoteLink {
  /** The sessions, where they are open. */
  current(): Remote | null;
  /** Opens them, once for all who ask meanwhile; false where the server is not there. Throws what no waiting mends. */
  open(): Promise<boolean>;
  /** The sessions are of no use any more. */
  drop(): void;
  close(): Promise<void>;
}

/** What may pass by itself: the network or the server comes back. */
const passing: ReadonlySet<string> = new Set([
  'server-unreachable',
  'connection-lost',
  'session-lost',
  'limit-clients',
  'limit-sessions',
]);

export function isLoss(error: unknown): boolean {
  return error instanceof SluiceError && passing.has(error.code);
}

export function remoteLink(connect: () => Promise<Remote>): RemoteLink {
  let remote: Remote | null = null;
  let opening: Promise<boolean> | null = null;
  let closed = false;

  async function attempt(): Promise<boolean> {
    try {
      const opened = await connect();
      if (closed) await opened.close();
      else remote = opened;
      return true;
    } catch (error) {
      if (isLoss(error)) return false;
      throw error;
    } finally {
      opening = null;
    }
  }

  return {
    current: () => remote,
    open: () => (remote ? Promise.resolve(true) : (opening ??= attempt())),
    drop() {
      const gone = remote;
      remote = null;
      void gone?.close();
    },
    async close() {
      closed = true;
      await opening?.catch(() => false);
      await remote?.close();
      remote = null;
    },
  };
}
