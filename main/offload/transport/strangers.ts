/** Whoever has connected and not said yet who it is. Their places are few, and none of those that are known. */
export interface Strangers<Client> {
  /** Takes one in. Where there are too many, the one goes that came first from the address with the most. */
  add(client: Client, address: string): void;
  /** It has said who it is, or has gone. */
  remove(client: Client): void;
}

/** `most`: how many there may be at a time. */
export function strangers<Client>(most: number, turnOut: (client: Client) => void): Strangers<Client> {
  const waiting = new Map<Client, string>();

  /** One that floods the server displaces its own connections before those of others. */
  function firstOfTheMost(): Client {
    const counts = new Map<string, number>();
    for (const address of waiting.values()) counts.set(address, (counts.get(address) ?? 0) + 1);
    const largest = Math.max(...counts.values());
    const [[first]] = [...waiting].filter(([, address]) => counts.get(address) === largest);
    return first;
  }

  return {
    add(client, address) {
      waiting.set(client, address);
      if (waiting.size <= most) return;
      const displaced = firstOfTheMost();
      waiting.delete(displaced);
      turnOut(displaced);
    },
    remove: (client) => void waiting.delete(client),
  };
}
