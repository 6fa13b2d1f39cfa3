import { SluiceError } from '../errors.ts';
import type { Dial, ServerAddress } from '../offload/client/greeting.ts';
import { openSession } from '../offload/client/open-session.ts';
import type { CodecChoice } from '../offload/codecs/table.ts';
import type { Control } from '../offload/protocol/control.ts';
import { closeCodes } from '../offload/transport/connection.ts';
import type { Budget } from '../records/column.ts';
import type { OpenedSet } from '../sets/open.ts';
import { budgetName } from '../sets/pair.ts';
import { pairRequest, pairSession, type PairSession } from './pair-session.ts';
import type { Remote } from './remote.ts';

export interface RemoteOptions {
  readonly server: ServerAddress;
  readonly set: Pick<OpenedSet, 'name' | 'digest' | 'manifest'>;
  readonly budgets: readonly Budget[];
  readonly codecs: readonly CodecChoice[];
  readonly software: string;
  /** How long to try. */
  readonly connectSeconds: number;
}

/**
 * Opens a session for each budget, over connections that `dial` makes. Throws what keeps it from the server, `set-other` where that serves other sets, and
 * `budget-missing`.
 */
export async function connectVia(dial: Dial, options: RemoteOptions): Promise<Remote> {
  const { server, set, budgets, codecs, software, connectSeconds } = options;
  const { connection, welcome } = await dial(server, software);
  connection.close(closeCodes.normal);
  requireServed(welcome, options);
  const dropped = new AbortController();
  const open = async (budget: Budget): Promise<readonly [string, PairSession]> => {
    const session = pairRequest(set.manifest, set.digest, budget, codecs);
    // A connection that breaks is opened anew by whoever finds out: requests have a way out meanwhile.
    const times = { connectSeconds, reconnectSeconds: 0, farewellSeconds: 1 };
    const client = await openSession({ server, session, software, ...times, signal: dropped.signal }, dial);
    return [budgetName(budget), pairSession(client, codecs)];
  };
  try {
    const sessions = new Map(await Promise.all(budgets.map(open)));
    return {
      session: (budget) => sessions.get(budgetName(budget))!,
      async close() {
        await Promise.all([...sessions.values()].map((session) => session.close()));
        dropped.abort();
      },
    };
  } catch (error) {
    dropped.abort();
    throw error;
  }
}

function requireServed({ sets }: Control<'welcome'>, { server, set, budgets }: RemoteOptions): void {
  const place = server.name ?? server.url;
  const mine = `"${set.name}" (${set.digest.slice(0, 12)})`;
  if (!sets) {
    const message = `${place} is an offload server for training and serves no model set; here is ${mine}. Start one with "sluice serve ${set.name}".`;
    throw new SluiceError('set-other', message, { path: 'server' });
  }
  const served = sets.find(({ sha256 }) => sha256 === set.digest);
  if (!served) {
    const theirs = sets.map(({ name, sha256 }) => `"${name}" (${sha256.slice(0, 12)})`).join(', ');
    const message = `${place} serves ${theirs}; here is ${mine}. Both sides need the same set: export it there and import it here ("sluice models export", "import").`;
    throw new SluiceError('set-other', message, { path: 'set' });
  }
  const missing = budgets.find((budget) => !served.budgets.includes(budget));
  if (missing === undefined) return;
  const message = `${place} serves ${mine} with the budgets ${served.budgets.map(budgetName).join(', ')}, without ${budgetName(missing)}.`;
  throw new SluiceError('budget-missing', message, { path: 'budget' });
}
