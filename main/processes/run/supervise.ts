import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { engineWords } from '../../engine/adapter.ts';
import type { ServerAddress } from '../../offload/client/dial.ts';
import { hasCheckpoint } from '../../runs/checkpoint/checkpoint.ts';
import type { Execution } from '../../runs/life/execution.ts';
import type { Run } from '../../runs/store/run.ts';
import type { Snapshot } from '../../training/snapshot.ts';
import type { Links } from '../link/start.ts';
import type { Kept } from './keep.ts';
import { serverHalfOf } from '../source/server-half.ts';
import { startChild, type Child } from '../child.ts';
import type { JoinPoint } from '../source/elsewhere/join-point.ts';
import { startSourceHere } from '../source/here.ts';
import type { FromSource, SourceTask, ToSource } from '../source/messages.ts';
import type { Work } from '../source/supervised.ts';
import { superviseGroup, type Group } from './group.ts';
import type { NetworkOptions } from './network.ts';
import { notePlace, placeOf, serverMissing } from './place.ts';
import { addressesOf, isElsewhere, openRunJoinPoint, openLinks } from './reach.ts';
import { recordSources, type SourceRecords } from './records.ts';
import { seeThrough } from './see-through.ts';
import { keepServer } from './server.ts';
import { settleRun, threadsOf } from './settle.ts';

const retrySeconds = 60;

/**
 * Executes a run as its experiment says: in this process, or with processes of its own for the server half, every data
 * source and the links between them, on this machine or with an offload server elsewhere. What dies is started again;
 * what cannot go on is thrown.
 */
export async function superviseRun(queued: Execution, network: NetworkOptions): Promise<void> {
  const execution = await settleRun(queued);
  if (isOneProcess(execution, network)) {
    await superviseHere(execution, trainHere);
    return;
  }
  await settlePlace(execution, network);
  const own = network.offload ? null : await keepServer(execution);
  const server: ServerAddress = network.offload ?? own!;
  let links: Kept<Links> | null = null;
  let joinPoint: JoinPoint | null = null;
  let groups: readonly Group[] = [];
  try {
    links = await openLinks(execution, server);
    joinPoint = await openRunJoinPoint(execution, network);
    const records = recordSources(execution);
    groups = openGroups(
      execution,
      records,
      network,
      addressesOf(execution, network, server, links?.now() ?? null),
      joinPoint,
    );
    await seeThrough(execution, records, groups, { own, links });
  } finally {
    await Promise.all(groups.map((group) => group.kill()));
    await Promise.all([links?.close(), joinPoint?.close(), own?.close()]);
  }
}

/** Both halves in this process; not where a server elsewhere has to do with the run. */
function isOneProcess({ run, folder }: Execution, { offload }: NetworkOptions): boolean {
  return run.experiment.processes === 'one' && !offload && !placeOf(folder);
}

/** Loaded only here: what supervises processes needs no engine of its own. */
async function trainHere(...given: Parameters<Work>): Promise<void> {
  const { work } = await import('../source/work.ts');
  await work(...given);
}

/** Executes a run of one source in this process, where `work` does the part of the source. */
export async function superviseHere(execution: Execution, work: Work): Promise<void> {
  const { run, folder, store, log } = execution;
  const records = recordSources(execution);
  const group = superviseGroup({
    execution,
    records,
    sources: [0],
    folder,
    here: true,
    task: (index, resume) => ({ ...taskOf(run, index, resume), server: null, retrySeconds }),
    startProcess: () => (onMessage) => startSourceHere(work, onMessage),
    onEngine(_, engine) {
      log('engine', { ...engine });
      for (const role of ['client', 'server'] as const) store.setEngine(run.id, role, engineWords(engine));
    },
    onServerEngine: () => undefined,
  });
  try {
    await seeThrough(execution, records, [group]);
  } finally {
    await group.kill();
  }
}

/** Notes where the server is. What one elsewhere keeps of the run is to be had from it alone. */
async function settlePlace({ run, folder }: Execution, { offload }: NetworkOptions): Promise<void> {
  const place = placeOf(folder);
  if (place && !offload && (await hasCheckpoint(folder))) throw serverMissing(run.id, place);
  notePlace(folder, offload ?? null);
}

/** One group where all sources train one server half, else one for each. */
function openGroups(
  execution: Execution,
  records: SourceRecords,
  { retrySeconds: retry = retrySeconds, join: joining }: NetworkOptions,
  addresses: readonly ServerAddress[],
  joinPoint: JoinPoint | null,
): Group[] {
  const { run, folder, store, log } = execution;
  const { experiment } = run;
  const all = Array.from({ length: experiment.sources.count }, (_, index) => index);
  const together = serverHalfOf(experiment) !== 'own';
  return (together ? [all] : all.map((index) => [index])).map((sources) =>
    superviseGroup({
      execution,
      records,
      sources,
      folder: together || sources[0] === 0 ? folder : join(folder, 'sources', String(sources[0])),
      task: (index, resume) => ({
        ...taskOf(run, index, resume),
        server: addresses[index],
        retrySeconds: retry,
      }),
      startProcess: (index) => (joinPoint && isElsewhere(run, joining, index) ? joinPoint.take : startHere),
      onEngine(source, engine) {
        log('engine', { source, ...engine });
        if (source === 0) store.setEngine(run.id, 'client', engineWords(engine));
      },
      onServerEngine(source, engine) {
        if (source === 0 && engine !== null) store.setEngine(run.id, 'server', engine);
      },
    }),
  );
}

function startHere(onMessage: (message: FromSource) => void): Child<ToSource> {
  return startChild<ToSource>(import.meta.url, '../source/process.ts', onMessage);
}

function taskOf(run: Run, index: number, resume: Snapshot | null): Omit<SourceTask, 'server' | 'retrySeconds'> {
  return { experiment: run.experiment, seed: run.seed, index, threads: threadsOf(run), resume, run: runKey(run) };
}

/** What the run is called at the offload server, which keeps its checkpoints under this name: no other run has it. */
function runKey({ id, seed, createdAt }: Run): string {
  return createHash('sha256').update(`${id} ${seed} ${createdAt.getTime()}`).digest('hex').slice(0, 32);
}
