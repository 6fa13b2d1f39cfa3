import type { Batch } from '../data/source.ts';
import { turn } from '../pause.ts';
import type { Budget } from '../records/column.ts';
import { clientOf, serverOf, type OpenedSet } from '../sets/open.ts';
import { budgetName, pairOf, requestBudget } from '../sets/pair.ts';
import type { HalvesHere } from './runner.ts';

/** The halves of a set's pairs on the engine that is open. */
export interface OpenHalves extends HalvesHere {
  dispose(): void;
}

/** Both halves of these budgets. Throws `budget-missing`, `set-damaged`. */
export async function openHalves(set: OpenedSet, budgets: readonly Budget[]): Promise<OpenHalves> {
  const clients = new Map<string, Awaited<ReturnType<typeof clientOf>>>();
  const servers = new Map<string, Awaited<ReturnType<typeof serverOf>>>();
  const dispose = (): void => {
    for (const half of [...clients.values(), ...servers.values()]) half.dispose();
  };
  try {
    for (const budget of budgets) {
      clients.set(budgetName(budget), await clientOf(set, budget));
      servers.set(budgetName(budget), await serverOf(set, budget));
    }
  } catch (error) {
    dispose();
    throw error;
  }
  return {
    client: (image, budget) =>
      thenOthers(clients.get(budgetName(budget))!.infer(batchOf(image), requestBudget(pairOf(set.manifest, budget)))),
    server: (features, budget) => thenOthers(servers.get(budgetName(budget))!.infer(features)),
    dispose,
  };
}

/** An engine on the processor computes without a pause: sockets and timers have their turn after each piece. */
async function thenOthers<T>(work: Promise<T>): Promise<T> {
  const result = await work;
  await turn();
  return result;
}

function batchOf(image: Float32Array): Batch {
  return { samples: 1, images: image, labels: new Uint16Array(1) };
}
