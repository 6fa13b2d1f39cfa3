import { sleep } from '../pause.ts';

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

/** What a device reads time from, in milliseconds. */
export interface Clock {
  now(): number;
  /** Processor time that this process took. */
  processor(): number;
  sleep(ms: number): Promise<void>;
}

const machine: Clock = {
  now: () => performance.now(),
  processor() {
    // A browser does not tell; its worker has a core to itself as far as it knows.
    if (typeof process === 'undefined') return performance.now();
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  sleep,
};

/**
 * A device that has a share of one core, emulated by a duty cycle: after a piece of work it sleeps until the processor
 * time it took makes up that share of the time that went by. Where the machine is busy and gave it no more than that
 * anyway, it does not sleep.
 */
export function deviceWith(cpuShare: number, clock: Clock = machine): Device {
  return {
    async work(compute) {
      const start = clock.now();
      const before = clock.processor();
      const result = await compute();
      const worked = clock.now();
      const due = start + (clock.processor() - before) / cpuShare;
      const seconds = (worked - start) / 1000;
      if (cpuShare === 1 || due <= worked) return { result, seconds, waited: 0 };
      await clock.sleep(due - worked);
      return { result, seconds, waited: (clock.now() - worked) / 1000 };
    },
  };
}
