import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, messageOf, SluiceError } from '../../errors.ts';
import type { Execution } from '../../runs/life/execution.ts';

/** A process beside the sources that a run cannot do without. */
interface Needed {
  /** How it ended, in words. */
  readonly gone: Promise<string>;
  /** Resolves when it is gone. */
  close(): Promise<void>;
}

export interface KeepOptions<Process extends Needed> {
  /** As a sentence begins with it. */
  readonly name: string;
  /** What `start` throws when it dies as it starts, and what it is to be known by when it cannot be kept. */
  readonly code: string;
  /** `before` is the process whose place it takes, address included; null at first. */
  readonly start: (before: Process | null) => Promise<Process>;
  readonly onStart: (process: Process) => void;
  readonly onDeath: (how: string) => void;
  /** Before it is started again, for each of the last deaths. */
  readonly pauseMs?: number;
}

/** A process that is started again whenever it dies. */
export interface Kept<Process> {
  /** The last one that was up. */
  now(): Process;
  /** For how many seconds it has been up; 0 while it is being started again. */
  upSeconds(): number;
  /** Rejects when it cannot be kept running. */
  readonly failed: Promise<never>;
  /** Ends it; resolves when there is none any more. */
  close(): Promise<void>;
}

/** It is not started again when it has died this often within so long. */
const mostDeaths = 6;
const deathsWithinMs = 60_000;

/**
 * Starts a process for a run and keeps it running, one that dies as it starts included. Throws what keeps it from starting
 * otherwise (also later where it hangs as it starts), and `code` when it dies too often.
 */
export async function keepProcess<Process extends Needed>(
  { run }: Pick<Execution, 'run'>,
  { name, code, start, onStart, onDeath, pauseMs = 200 }: KeepOptions<Process>,
): Promise<Kept<Process>> {
  const closing = new AbortController();
  let deaths: number[] = [];
  let upSince: number | null = null;

  async function recover(how: string): Promise<void> {
    upSince = null;
    onDeath(how);
    const now = performance.now();
    deaths = [...deaths.filter((at) => at > now - deathsWithinMs), now];
    if (deaths.length >= mostDeaths) {
      const advice = `Once that is mended: sluice resume ${run.id}`;
      throw new SluiceError(code, `${name} died ${mostDeaths} times within a minute (${how}). ${advice}`);
    }
    await sleep(pauseMs * deaths.length, undefined, { signal: closing.signal }).catch(() => undefined);
  }

  /** Resolves to one that is up, or to null when none is wanted any more. */
  async function begin(before: Process | null): Promise<Process | null> {
    while (!closing.signal.aborted) {
      const started = await start(before).catch((error: unknown) => {
        // Where it was up once, what is in the way of another may pass; to wait for one that hangs has taken long enough.
        if (codeOf(error) === 'start-timeout') throw error;
        if (before || (error instanceof SluiceError && error.code === code)) return messageOf(error);
        throw error;
      });
      if (typeof started === 'string') {
        await recover(started);
        continue;
      }
      upSince = performance.now();
      return started;
    }
    return null;
  }

  let current = (await begin(null))!;

  async function keep(): Promise<void> {
    for (;;) {
      onStart(current);
      const how = await current.gone;
      if (closing.signal.aborted) return;
      await recover(how);
      const next = await begin(current);
      if (!next) return;
      current = next;
      if (closing.signal.aborted) await current.close();
    }
  }

  const kept = keep();
  const failed = kept.then(() => new Promise<never>(() => undefined));
  failed.catch(() => undefined);
  return {
    now: () => current,
    upSeconds: () => (upSince === null ? 0 : (performance.now() - upSince) / 1000),
    failed,
    async close() {
      closing.abort();
      await current.close();
      await kept.catch(() => undefined);
    },
  };
}
