import { SluiceError } from '../../errors.ts';
import { commandPollMs, notice, setStatus, type Execution } from '../../runs/life/execution.ts';
import { isHeld } from '../../runs/store/run-table.ts';
import type { Group } from './group.ts';
import type { Kept } from './keep.ts';
import type { SourceRecords } from './records.ts';
import type { OwnServer } from './server.ts';

/** A server of this run that its sources cannot reach for so long is started again. */
const stuckServerSeconds = 15;

/** What a run may have besides its sources. */
interface RunProcesses {
  readonly own: Pick<OwnServer, 'failed' | 'upSeconds' | 'kill'> | null;
  readonly links: Pick<Kept<unknown>, 'failed'> | null;
}

/** Waits for the groups of a run; passes on what the user wants meanwhile. Throws what the run cannot get past. */
export async function seeThrough(
  execution: Execution,
  records: SourceRecords,
  groups: readonly Group[],
  { own, links }: RunProcesses = { own: null, links: null },
): Promise<void> {
  const { store, run, signal, log } = execution;
  let paused = false;
  let fail: (error: unknown) => void;
  const watching = new Promise<never>((_, reject) => (fail = reject));

  function look(): void {
    const wanted = isHeld(store.wanted(run.id)) && !signal.aborted;
    if (wanted !== paused) {
      paused = wanted;
      if (!paused) records.skip();
      const why = groups.map((group) => group.held()).find((reason) => reason !== null);
      setStatus(execution, paused ? 'paused' : 'running', paused ? why : undefined);
      if (paused && why !== undefined) notice(execution, 'paused', why);
      for (const group of groups)
        if (paused) group.pause();
        else group.proceed();
    }
    if (paused) records.flush();
    if (own && own.upSeconds() > stuckServerSeconds && isOutOfReach(groups)) {
      log('server-stuck', { seconds: stuckServerSeconds });
      own.kill();
    }
  }

  const watch = setInterval(() => {
    try {
      look();
    } catch (error) {
      fail(error);
    }
  }, commandPollMs);
  const stop = (): void => groups.forEach((group) => group.stop());
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    const lasting = [watching, own?.failed, links?.failed].filter((promise) => promise !== undefined);
    await Promise.race([Promise.all(groups.map(({ done }) => done)), ...lasting]);
    requireOneThrough(execution, groups);
    // All were done as the pause came: there is nothing left to pause.
    if (paused && !signal.aborted) setStatus(execution, 'running');
  } finally {
    clearInterval(watch);
    signal.removeEventListener('abort', stop);
    records.flush();
  }
}

/** Sources may be lost, but not all of them. */
function requireOneThrough({ run }: Execution, groups: readonly Group[]): void {
  const members = groups.flatMap((group) => group.members);
  if (members.some(({ stage }) => stage !== 'dropped')) return;
  const why = members[0].failure?.message ?? 'each died too often';
  const message = `No data source could come to a checkpoint (${why}). Once that is mended: sluice resume ${run.id}`;
  throw new SluiceError('source-died', message);
}

function isOutOfReach(groups: readonly Group[]): boolean {
  const since = performance.now() - stuckServerSeconds * 1000;
  const members = groups.flatMap((group) => group.members);
  return members.some(({ lostSince }) => lostSince !== null && lostSince < since);
}
