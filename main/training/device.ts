import { setTimeout as sleep } from 'node:timers/promises';

/** The client device, which computes as fast as it is meant to. */
export interface Device {
  /** Does a piece of the client half's work. */
  work<T>(compute: () => T | Promise<T>): Promise<Worked<T>>;
}

interface Worked<T> {
  readonly result: T;
  /** Seconds it took, and seconds the device was made to wait after it. */
  readonly seconds: number;
  readonly waited: number;
}

/**
 * A device that has a share of one core, emulated by a duty cycle: after a piece of work it sleeps until the processor
 * time it took makes up that share of the time that went by. Where the machine is busy and gave it no more than that
 * anyway, it does not sleep.
 */
export function deviceWith(cpuShare: number): Device {
  return {
    async work(compute) {
      const start = performance.now();
      const before = process.cpuUsage();
      const result = await compute();
      const worked = performance.now();
      const { user, system } = process.cpuUsage(before);
      const due = start + (user + system) / 1000 / cpuShare;
      const seconds = (worked - start) / 1000;
      if (cpuShare === 1 || due <= worked) return { result, seconds, waited: 0 };
      await sleep(due - worked);
      return { result, seconds, waited: (performance.now() - worked) / 1000 };
    },
  };
}
