/** Events in the order of their times: a binary heap in two arrays, as there may be a hundred thousand at once. */
export interface EventQueue {
  readonly size: number;
  add(time: number, event: number): void;
  /** The time of the next event; only while there is one. */
  next(): number;
  /** Takes the next event out. */
  take(): number;
}

export function eventQueue(): EventQueue {
  const times: number[] = [];
  const events: number[] = [];

  function put(at: number, time: number, event: number): void {
    times[at] = time;
    events[at] = event;
  }

  /** From the last place up, past all that are later. */
  function rise(time: number, event: number): void {
    let at = times.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (times[above] <= time) break;
      put(at, times[above], events[above]);
      at = above;
    }
    put(at, time, event);
  }

  /** From the first place down, past all that are earlier. */
  function sink(time: number, event: number): void {
    const { length } = times;
    let at = 0;
    for (let below = 1; below < length; below = 2 * at + 1) {
      if (below + 1 < length && times[below + 1] < times[below]) below++;
      if (times[below] >= time) break;
      put(at, times[below], events[below]);
      at = below;
    }
    put(at, time, event);
  }

  return {
    get size() {
      return times.length;
    },
    add: rise,
    next: () => times[0],
    take() {
      const [first] = events;
      const [time, event] = [times.pop()!, events.pop()!];
      if (times.length > 0) sink(time, event);
      return first;
    },
  };
}
