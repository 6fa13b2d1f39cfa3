import { phasesAt } from '../../main/runs/experiment/budgets.ts';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { BatchSource } from '../../main/data/source.ts';
import { decodeHalfState, encodeHalfState } from '../../main/offload/protocol/half-state.ts';
import type { SessionHandler } from '../../main/offload/server/handler.ts';
import { startOffloadServer, type OffloadServer } from '../../main/offload/server/server.ts';
import { newToken } from '../../main/offload/transport/token.ts';
import type { Child } from '../../main/processes/child.ts';
import { superviseGroup } from '../../main/processes/run/group.ts';
import { recordSources } from '../../main/processes/run/records.ts';
import type { FromSource, SourceTask, ToSource } from '../../main/processes/source/messages.ts';
import { openSource, type Supervisor } from '../../main/processes/source/supervised.ts';
import { connectOffload } from '../../main/offload/client/client.ts';
import { connect } from '../../main/processes/source/part.ts';
import type { Random } from '../../main/random.ts';
import { readSafetensors } from '../../main/runs/checkpoint/weights-file.ts';
import type { ExperimentInput } from '../../main/runs/experiment/experiment.ts';
import type { Execution } from '../../main/runs/life/execution.ts';
import type { ClientHalf } from '../../main/training/client.ts';
import { codecSettings, scheduled } from '../../main/training/controller.ts';
import { planTrainings } from '../../main/training/plan.ts';
import { train } from '../../main/training/train.ts';
import { publishedCodecs, tinyCut, tinyNetwork } from './halves.ts';
import { fingerprint } from './run-records.ts';

/** Runs of each kind that sources with one half may have. */
export const struckRuns: readonly {
  readonly name: string;
  /** Of each of its trainings. */
  readonly epochs: number;
  readonly trainings: number;
  readonly input: ExperimentInput;
}[] = [
  { name: 'two sources', ...kindOf(3, 1, { sources: { count: 2 } }) },
  { name: 'three sources, batches gathered', ...kindOf(3, 1, { sources: { count: 3, gather: true } }) },
  { name: 'three sources, one network after the other', ...kindOf(2, 2, { sources: { count: 3 }, method: 'scratch' }) },
];

function kindOf(epochs: number, trainings: number, input: ExperimentInput) {
  const phases = Array.from({ length: trainings }, () => ({ budget: 'full' as const, epochs }));
  return { epochs, trainings, input: { ...input, phases, checkpointSteps: 2 } };
}

/** Batches of each source in an epoch: as uneven as shards are. */
const batchesOf = (index: number): number => 3 + ((2 * index) % 5);

/**
 * Takes a run of several sources with one server half to its end, and kills its sources and its server at random moments
 * on the way. All is as it is in processes, but for the arithmetic: a half learns which batch of which source it was
 * given, and its weights are the list of them (learnedIn). Returns what was killed.
 */
export async function strike(
  execution: Execution,
  { folder, random, kills }: { readonly folder: string; readonly random: Random; readonly kills: number },
): Promise<{ readonly killed: string[] }> {
  const { run } = execution;
  const token = newToken();
  let server = await serve(folder, token, 0);
  const { url } = server;
  const killed: string[] = [];
  const group = superviseGroup({
    execution,
    records: recordSources(execution),
    sources: Array.from({ length: run.experiment.sources.count }, (_, index) => index),
    folder: execution.folder,
    pauseMs: 1,
    onEngine: () => undefined,
    onServerEngine: () => undefined,
    task: (index, resume): SourceTask => {
      const to = { server: { url, token }, retrySeconds: 60, threads: 1, run: 'a-run-that-is-struck' };
      return { experiment: run.experiment, seed: run.seed, index, resume, ...to };
    },
    startProcess: () => startToy,
  });
  let over = false;
  const done = group.done.finally(() => (over = true));
  done.catch(() => undefined);
  try {
    while (!over && killed.length < kills) {
      for (let turns = random.integer(400); turns > 0; turns--) await turn();
      const victims = group.members.filter(({ process, deaths }) => process && deaths < 3);
      if (over || victims.length === 0) continue;
      if (random.uniform() < 0.1) {
        killed.push('server');
        await server.close();
        server = await serve(folder, token, Number(new URL(url).port));
      } else {
        const victim = victims[random.integer(victims.length)];
        killed.push(`source ${victim.index} ${victim.stage}`);
        victim.process?.kill();
      }
    }
    await done;
    return { killed };
  } finally {
    await group.kill();
    await server.close();
  }
}

function serve(checkpoints: string, token: string, port: number): Promise<OffloadServer> {
  return startOffloadServer({
    host: '127.0.0.1',
    port,
    tls: null,
    token,
    software: 'toy',
    engine: 'toy',
    models: [tinyNetwork.name],
    checkpoints,
    open: () => Promise.resolve(listingHalf()),
  });
}

/** A half that learns the source and the step of each batch, and when it did. */
function listingHalf(): SessionHandler {
  let learned: bigint[] = [];
  const half: SessionHandler = {
    check: () => undefined,
    async step({ labels, step, maps }) {
      await turn();
      learned.push(BigInt(labels[0]) * 1000n + BigInt(step));
      return { gradient: new Float32Array(maps.length), loss: 1, correct: 1 };
    },
    async stepTogether(requests) {
      const answers = [];
      for (const request of requests) answers.push(await half.step(request));
      return answers;
    },
    evaluate: () => Promise.resolve({ loss: 1, correct: 1 }),
    infer: () => Promise.resolve(new Float32Array(0)),
    resetOptimiser: () => Promise.resolve(),
    read() {
      const data = BigInt64Array.from(learned);
      return Promise.resolve(encodeHalfState({ weights: { learned: { shape: [data.length], data } }, momentum: {} }));
    },
    write(checkpoint) {
      const { weights } = decodeHalfState(checkpoint);
      learned = Array.from(weights['learned'].data as BigInt64Array);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
  return half;
}

/** A source in this process that nothing is heard of any more once it is killed. */
function startToy(onMessage: (message: FromSource) => void): Child<ToSource> {
  let alive = true;
  let leave: (how: string) => void = () => undefined;
  const gone = new Promise<string>((resolve) => (leave = resolve));
  const tell = (message: FromSource): void => {
    queueMicrotask(() => {
      if (alive) onMessage(message);
    });
  };
  const end = (how: string): void => {
    alive = false;
    leave(how);
  };
  const source = openSource(work, {
    tell,
    end(failed) {
      const failure = failed && { message: String(failed.error) };
      tell(failed ? { kind: 'failed', failure: failure!, error: failed.error } : { kind: 'ended' });
      queueMicrotask(() => queueMicrotask(() => end('it is through')));
    },
  });
  return {
    pid: 1,
    gone,
    send(message) {
      if (alive) source.receive(message);
    },
    kill() {
      end('SIGKILL');
      source.abandon();
    },
  };
}

async function work(task: SourceTask, supervisor: Supervisor): Promise<void> {
  const { experiment, seed, index, resume } = task;
  const { method, checkpointSteps } = experiment;
  const features = { sent: [4, 4, 4], clientTrains: true, classes: 3 } as const;
  const codecs = scheduled(codecSettings(publishedCodecs)).codecs;
  const data = shard(index);
  const engine = { name: 'none', device: 'toy', detail: 'by hand' };
  supervisor.tell({ kind: 'ready', engine, stepsPerEpoch: batchesOf(index), fingerprint: fingerprint() });
  const events = train({
    trainings: planTrainings(method, phasesAt(experiment, features), 4),
    async open(training) {
      const request = { training, network: tinyNetwork, cut: tinyCut, clientTrains: true, codecs };
      const server = await connect(task, request, supervisor, connectOffload);
      return { client: idleClient(), server, inferenceBytes: () => 1, dispose: () => server.close() };
    },
    data,
    controller: scheduled(codecSettings(publishedCodecs)),
    seed,
    source: index,
    learningRate: 0.1,
    selectLr: { epochs: 0, factor: 1 },
    checkpointSteps,
    signal: supervisor.stop,
    ...(resume ? { resume } : {}),
  });
  for await (const event of events) {
    if (event.kind === 'checkpoint') {
      supervisor.tell({ kind: 'checkpoint', checkpoint: event });
      await supervisor.hear('saved');
    } else supervisor.tell({ kind: 'record', record: event });
    await turn();
  }
}

/** Batches of one sample, whose label says whose they are. */
function shard(index: number): BatchSource {
  const batch = { samples: 1, images: new Float32Array(0), labels: Uint16Array.of(index) };
  return {
    info: {
      name: 'toy',
      shape: [6, 6, 3],
      classes: ['0', '1', '2', '3', '4', '5', '6', '7'],
      trainSamples: 1,
      testSamples: 1,
    },
    batchSize: 1,
    async *train(_, fromBatch = 0) {
      for (let at = fromBatch; at < batchesOf(index); at++) yield await Promise.resolve(batch);
    },
    async *test() {
      yield await Promise.resolve(batch);
    },
    close: () => Promise.resolve(),
  };
}

/** A client half without anything to learn. */
function idleClient(): ClientHalf {
  const features = { maps: new Float32Array(8), shape: [1, 1, 2], total: 4, selection: null } as const;
  return {
    trainable: true,
    begin: () => Promise.resolve({ features, pruneLoss: 0, finish: () => undefined, abandon: () => undefined }),
    infer: () => Promise.resolve(features),
    gate: () => Promise.resolve(null),
    openness: () => Promise.resolve(null),
    resetGate: () => Promise.resolve(),
    setGate: () => undefined,
    resetOptimiser: () => undefined,
    read: () => Promise.resolve({ weights: {}, momentum: {} }),
    write: () => undefined,
    dispose: () => undefined,
  } as unknown as ClientHalf;
}

/** The steps that each source takes in one epoch and network, in order. */
export function batchesIn(epochs: number, sources: number): string[] {
  return Array.from({ length: sources }, (_, index) =>
    Array.from({ length: epochs * batchesOf(index) }, (_, step) => `${index}.${step}`),
  )
    .flat()
    .sort();
}

/** What the half of a training has learned from in the end, by the longest list that a pair holds. */
export async function learnedIn(folder: string, training: number): Promise<string[]> {
  const names = readdirSync(join(folder, 'pairs')).filter((name) => name.startsWith(`${training}-`));
  const lists = await Promise.all(
    names.map(async (name) => {
      const { tensors } = await readSafetensors(join(folder, 'pairs', name, 'server.safetensors'));
      const learned = tensors['learned'].data as BigInt64Array;
      return Array.from(learned, (value) => `${value / 1000n}.${value % 1000n}`);
    }),
  );
  return lists.sort((a, b) => b.length - a.length)[0].sort();
}
