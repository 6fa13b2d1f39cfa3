import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../../main/random.ts';

/** What came of a load. */
export interface Outcome {
  readonly requestsPerSecond: number;
  /** Of milliseconds from when a request was due to its answer; null where none was answered. */
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  /** Answers a second that came within the limit. */
  readonly goodput: number;
  readonly failed: number;
}

/** Sends one request of a client, and resolves with its answer. */
export type Send = (client: number) => Promise<unknown>;

interface Load {
  readonly clients: number;
  readonly seconds: number;
  readonly limitMs: number;
  readonly send: Send;
}

/** Every client asks again when it has its answer. */
export async function closedLoop({ clients, seconds, limitMs, send }: Load): Promise<Outcome> {
  const record = recorder(limitMs);
  const end = performance.now() + 1000 * seconds;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      while (performance.now() < end) await record.request(performance.now(), () => send(client));
    }),
  );
  return record.outcome((performance.now() - began) / 1000);
}

/**
 * Requests arrive as a Poisson process, `perSecond` in all, whether those before have their answers or not; their time
 * counts from when they were due.
 */
export async function openLoop({
  clients,
  seconds,
  limitMs,
  send,
  perSecond,
  random,
}: Load & { readonly perSecond: number; readonly random: Random }): Promise<Outcome> {
  const record = recorder(limitMs);
  const began = performance.now();
  const asked: Promise<void>[] = [];
  for (let due = began; ;) {
    due += (-1000 * Math.log(1 - random.uniform())) / perSecond;
    if (due > began + 1000 * seconds) break;
    const wait = due - performance.now();
    if (wait > 1) await sleep(wait);
    asked.push(record.request(due, () => send(random.integer(clients))));
  }
  await Promise.all(asked);
  return record.outcome((performance.now() - began) / 1000);
}

function recorder(limitMs: number) {
  const times: number[] = [];
  let failed = 0;
  return {
    async request(due: number, send: () => Promise<unknown>): Promise<void> {
      try {
        await send();
        times.push(performance.now() - due);
      } catch {
        failed++;
      }
    },
    outcome(seconds: number): Outcome {
      times.sort((a, b) => a - b);
      const at = (share: number): number | null =>
        times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? null;
      return {
        requestsPerSecond: times.length / seconds,
        p50: at(0.5),
        p95: at(0.95),
        p99: at(0.99),
        goodput: times.filter((time) => time <= limitMs).length / seconds,
        failed,
      };
    },
  };
}
