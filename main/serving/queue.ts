/** A request that waits. */
export interface Queued {
  readonly pair: string;
  readonly client: string;
  readonly samples: number;
  readonly arrived: number;
  /** When its batch leaves at the latest if nothing is computed. */
  readonly due: number;
  /** From then on it is not computed any more; Infinity: always. */
  readonly expires: number;
}

export function samplesOf(entries: readonly Pick<Queued, 'samples'>[]): number {
  return entries.reduce((sum, { samples }) => sum + samples, 0);
}

/**
 * The pair whose batch leaves now, of requests in the order they came: `most` samples wait for it, or one of them is due.
 * The pair that has waited longest comes first.
 */
export function readyPair(waiting: readonly Queued[], most: number, now: number): string | undefined {
  const samples = new Map<string, number>();
  const due = new Set<string>();
  for (const entry of waiting) {
    samples.set(entry.pair, (samples.get(entry.pair) ?? 0) + entry.samples);
    if (entry.due <= now) due.add(entry.pair);
  }
  for (const [pair, there] of samples) if (there >= most || due.has(pair)) return pair;
  return undefined;
}

/**
 * The next batch of a pair: of each client in turn its next request, beginning with the one that has waited longest. One
 * that does not fit waits for the batch after, and so do those of its client behind it.
 */
export function nextBatch<Entry extends Queued>(waiting: readonly Entry[], pair: string, most: number): Entry[] {
  const turns = [...byClient(waiting.filter((entry) => entry.pair === pair)).values()];
  const batch: Entry[] = [];
  let room = most;
  for (let entries = turns.shift(); entries; entries = turns.shift()) {
    const [entry, ...rest] = entries;
    if (entry.samples > room) continue;
    batch.push(entry);
    room -= entry.samples;
    if (rest.length > 0) turns.push(rest);
  }
  return batch;
}

/**
 * Who gives way to a request that there is no room for: the last requests of the client with the most samples, as long as
 * that has more than the one who asks then would. Empty where the asker has the most itself.
 */
export function givingWay<Entry extends Queued>(
  waiting: readonly Entry[],
  asked: Pick<Queued, 'client' | 'samples'>,
  most: number,
): Entry[] {
  const left = [...waiting];
  const gone: Entry[] = [];
  while (samplesOf(left) + asked.samples > most) {
    const clients = byClient(left);
    const own = samplesOf(clients.get(asked.client) ?? []) + asked.samples;
    const largest = [...clients.values()].reduce((a, b) => (samplesOf(b) > samplesOf(a) ? b : a), []);
    if (samplesOf(largest) <= own) return [];
    const last = largest.at(-1)!;
    left.splice(left.indexOf(last), 1);
    gone.push(last);
  }
  return gone;
}

function byClient<Entry extends Queued>(entries: readonly Entry[]): Map<string, Entry[]> {
  const clients = new Map<string, Entry[]>();
  for (const entry of entries) {
    const own = clients.get(entry.client);
    if (own) own.push(entry);
    else clients.set(entry.client, [entry]);
  }
  return clients;
}
