/** What every step, or request, of a source asks of its device, the channel and the servers. Seconds each. */
export interface Load {
  /** Of the device, which every source has for itself. */
  readonly client: number;
  readonly server: number;
  /** Transmission: how long the message takes the channel. */
  readonly up: number;
  readonly down: number;
  /** From the end of a transmission to its arrival, in either direction. */
  readonly delay: number;
}

/** Who there is. */
export interface Population {
  readonly sources: number;
  readonly servers: number;
  /** Channels that the sources share evenly; 0: each has a link of its own. */
  readonly channels: number;
  /** Whether the two directions of a channel are apart; on Wi-Fi they are not. */
  readonly duplex: boolean;
  /**
   * How steps come: a source begins the next when the last is over (`closed`), or requests come by themselves, so many a second at
   * each source, as a Poisson process.
   */
  readonly arrivals: 'closed' | { readonly perSecond: number };
}

/** What is used most. */
export type Resource = 'client' | 'channel' | 'server';

/** What a load can come to at most, by the laws of queues alone. */
export interface Saturation {
  /** What all wait for in the end. */
  readonly bottleneck: Resource;
  /** Steps a second that it can do; of the devices, those of all of them. */
  readonly mostPerSecond: number;
  /** From how many sources on it is busy all the time; infinite where the devices are what is slow. */
  readonly sources: number;
  /** Seconds of a step that waits for nobody. */
  readonly alone: number;
}

/**
 * Where a load saturates: the asymptotic bounds of operational analysis (Denning and Buzen, 1978). A step waits for nobody for
 * `alone` seconds; servers and channels do at most one step for each of their seconds, divided by their number.
 */
export function saturation(load: Load, { sources, servers, channels, duplex }: Population): Saturation {
  const { client, server, up, down, delay } = load;
  const alone = client + server + up + down + 2 * delay;
  const channel = channels === 0 ? 0 : (duplex ? Math.max(up, down) : up + down) / channels;
  const demands = { channel, server: server / servers };
  const shared = demands.channel > demands.server ? 'channel' : 'server';
  const saturated = demands[shared] === 0 ? Infinity : alone / demands[shared];
  const devices = sources / alone;
  return saturated > sources
    ? { bottleneck: 'client', mostPerSecond: devices, sources: saturated, alone }
    : { bottleneck: shared, mostPerSecond: 1 / demands[shared], sources: saturated, alone };
}
