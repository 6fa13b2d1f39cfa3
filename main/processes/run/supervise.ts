import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { SluiceError } from '../../errors.ts';
import type { ServerAddress } from '../../offload/client/dial.ts';
import { hasCheckpoint } from '../../runs/checkpoint/checkpoint.ts';
import { setStatus, commandPollMs, type Execution } from '../../runs/life/follow.ts';
import type { Run } from '../../runs/store/run.ts';
import { isHeld } from '../../runs/store/run-table.ts';
import type { Links } from '../link/start.ts';
import { serverHalfOf } from '../source/server-half.ts';
import { startChild, type Child } from '../child.ts';
import type { JoinPoint } from '../source/elsewhere/join-point.ts';
import type { FromSource, ToSource } from '../source/messages.ts';
import { superviseGroup, type Group } from './group.ts';
import type { NetworkOptions } from './network.ts';
import { notePlace, placeOf, serverMissing } from './place.ts';
import { addressesOf, isElsewhere, openRunJoinPoint, openLinks } from './reach.ts';
import { recordSources, type SourceRecords } from './records.ts';
import { keepServer, type OwnServer } from './server.ts';

const retrySeconds = 60;
const stallSeconds = 45;
/** A server of this run that its sources cannot reach for so long is started again. */
const stuckServerSeconds = 15;

/**
 * Executes a run with processes of its own for the server half, every data source and the links between them, on this
 * machine or with an offload server elsewhere. What dies is started again; what cannot go on is thrown.
 */
export async function superviseRun(session: Execution, network: NetworkOptions): Promise<void> {
  await settlePlace(session, network);
  const own = network.offload ? null : await keepServer(session);
  const server: ServerAddress = network.offload ?? own!;
  let links: Links | null = null;
  let gate: JoinPoint | null = null;
  let groups: readonly Group[] = [];
  try {
    links = await openLinks(session, server);
    gate = await openRunJoinPoint(session, network);
    const records = recordSources(session);
    groups = openGroups(session, records, network, addressesOf(session, network, server, links), { own, gate });
    await seeThrough(session, records, groups, own, links);
  } finally {
    await Promise.all(groups.map((group) => group.kill()));
    links?.kill();
    await gate?.close();
    await own?.close();
  }
}

/** Notes where the server is. What one elsewhere keeps of the run is to be had from it alone. */
async function settlePlace({ run, folder }: Execution, { offload }: NetworkOptions): Promise<void> {
  const place = placeOf(folder);
  if (place && !offload && (await hasCheckpoint(folder))) throw serverMissing(run.id, place);
  notePlace(folder, offload ?? null);
}

/** Waits for the groups; passes on what the user wants meanwhile. */
async function seeThrough(
  session: Execution,
  records: SourceRecords,
  groups: readonly Group[],
  own: OwnServer | null,
  links: Links | null,
): Promise<void> {
  const { store, run, signal, log } = session;
  let paused = false;
  let fail: (error: unknown) => void;
  const watching = new Promise<never>((_, reject) => (fail = reject));

  function look(): void {
    const wanted = isHeld(store.wanted(run.id)) && !signal.aborted;
    if (wanted !== paused) {
      paused = wanted;
      if (!paused) records.skip();
      setStatus(session, paused ? 'paused' : 'running');
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
    const lasting = [watching, own?.failed, links?.gone.then(linkDied)].filter((promise) => promise !== undefined);
    await Promise.race([Promise.all(groups.map(({ done }) => done)), ...lasting]);
    requireOneThrough(session, groups);
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

function linkDied(how: string): never {
  throw new SluiceError('link-died', `The process of the emulated links died (${how}). Go on with: sluice resume`);
}

/** One group where all sources train one server half, else one for each. */
function openGroups(
  session: Execution,
  records: SourceRecords,
  { retrySeconds: retry = retrySeconds, join: joining }: NetworkOptions,
  addresses: readonly ServerAddress[],
  { own, gate }: { readonly own: OwnServer | null; readonly gate: JoinPoint | null },
): Group[] {
  const { run, folder, store, log } = session;
  const { experiment, seed } = run;
  const all = Array.from({ length: experiment.sources.count }, (_, index) => index);
  const together = serverHalfOf(experiment) !== 'own';
  return (together ? [all] : all.map((index) => [index])).map((sources) =>
    superviseGroup({
      session,
      records,
      sources,
      stallSeconds,
      folder: together || sources[0] === 0 ? folder : join(folder, 'sources', String(sources[0])),
      task: (index, resume) => ({
        experiment,
        seed,
        index,
        resume,
        run: runKey(run),
        server: addresses[index],
        retrySeconds: retry,
      }),
      startProcess: (index) => (gate && isElsewhere(run, joining, index) ? gate.take : startHere),
      stepsTaken: (of) => own?.stepsOf(of) ?? null,
      onEngine(source, { name, device, detail }) {
        log('engine', { source, name, device, detail });
        if (source === 0) store.setEngine(run.id, `${name} · ${device}, ${detail}`);
      },
    }),
  );
}

function startHere(onMessage: (message: FromSource) => void): Child<ToSource> {
  return startChild<ToSource>(import.meta.url, '../source/process.ts', onMessage);
}

/** What the run is called at the offload server, which keeps its checkpoints under this name: no other run has it. */
function runKey({ id, seed, createdAt }: Run): string {
  return createHash('sha256').update(`${id} ${seed} ${createdAt.getTime()}`).digest('hex').slice(0, 32);
}
