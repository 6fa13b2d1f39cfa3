import type { Fingerprint } from '../../data/fingerprint-schema.ts';
import type { BatchOptions } from '../../data/pipeline.ts';
import type { BatchSource } from '../../data/source.ts';
import type { EngineOptions } from '../../engine/adapter.ts';
import type { EngineChoice } from '../../engine/choices.ts';
import { openCodecs } from '../../offload/codecs/session-codecs.ts';
import type { OffloadClient, OffloadClientOptions } from '../../offload/client/open-session.ts';
import { nameOfHalf } from '../../offload/client/remote-half.ts';
import { newToken } from '../../offload/transport/new-token.ts';
import { turn } from '../../pause.ts';
import { enginesOf } from '../../runs/experiment/engines.ts';
import { requireFit } from '../../runs/experiment/check.ts';
import { trainExperiment, type ServerRequest } from '../../runs/life/train-experiment.ts';
import { deviceWith } from '../../training/device.ts';
import type { Offloader } from '../../training/offloader.ts';
import type { EarlyEnd } from '../../training/stop.ts';
import type { EngineFacts, SourceTask } from './messages.ts';
import { remoteOffloader } from './remote.ts';
import { serverHalfOf } from './server-half.ts';
import { connectHere, turnsOf } from './server-here.ts';
import type { Supervisor, Work } from './supervised.ts';

/** What a data source has where it works: a process of Node, or a tab of a browser. */
export interface Workplace {
  /** Opens an engine and makes it current. */
  openEngine(choice: EngineChoice, options: EngineOptions): Promise<EngineFacts>;
  /** The images of the source, and what the data set they are of looks like. */
  openData(options: BatchOptions): Promise<{ readonly data: BatchSource; readonly fingerprint: Fingerprint }>;
  connect(options: OffloadClientOptions): Promise<OffloadClient>;
}

/** Does the part of a data source in a run, with what there is at a place. */
export function workAt(place: Workplace): Work {
  return (task, supervisor) => workOn(task, supervisor, place);
}

async function workOn(task: SourceTask, supervisor: Supervisor, place: Workplace): Promise<void> {
  const { experiment, seed, index, threads } = task;
  const { name, device, detail } = await place.openEngine(
    enginesOf(experiment).client,
    threads === undefined ? {} : { threads },
  );
  const { data, fingerprint } = await place.openData(batchesOf(task));
  try {
    // Whether there are as many images as are asked for was seen to when they were opened.
    requireFit(experiment, { ...data.info, trainSamples: Infinity });
    const stepsPerEpoch = Math.ceil(data.info.trainSamples / experiment.batchSize);
    supervisor.tell({ kind: 'ready', engine: { name, device, detail }, stepsPerEpoch, fingerprint });
    let judged: Promise<EarlyEnd | null> | undefined;
    const events = trainExperiment(experiment, seed, data, {
      source: index,
      judge: experiment.stop && (() => judged ?? Promise.resolve(null)),
      device: deviceWith(experiment.sources.cpuShare),
      signal: supervisor.stop,
      connect: (request) => connect(task, request, supervisor, place.connect),
      ...(task.resume ? { resume: task.resume } : {}),
    });
    for await (const event of events) {
      if (event.kind === 'checkpoint') {
        supervisor.tell({ kind: 'checkpoint', checkpoint: event });
        await supervisor.hear('saved');
      } else {
        // The answer may come before the training asks for it.
        if (experiment.stop && event.kind === 'epoch') judged = verdictFrom(supervisor);
        supervisor.tell({ kind: 'record', record: event });
      }
      // Lets messages in: a training may never leave the microtask queue.
      await turn();
      await supervisor.proceed();
    }
  } finally {
    await data.close();
  }
}

async function verdictFrom(supervisor: Supervisor): Promise<EarlyEnd | null> {
  const { end } = await supervisor.hear('judged');
  return end;
}

/** The images of a source: of all that the experiment asks for those of its shard. */
export function batchesOf({
  experiment,
  seed,
  index,
}: Pick<SourceTask, 'experiment' | 'seed' | 'index'>): BatchOptions {
  const { dataset, validation, batchSize, sources } = experiment;
  const { name, ...subset } = dataset;
  const shard = sources.count > 1 ? { index, count: sources.count, skew: sources.skew, seed } : undefined;
  return { dataset: name, ...subset, validation, batchSize, seed, shard };
}

/** A server half in this process, or a session with one of its own or the one that all sources of the run train. */
export async function connect(
  task: SourceTask,
  request: ServerRequest,
  supervisor: Supervisor,
  open: Workplace['connect'],
): Promise<Offloader> {
  const { experiment, seed, index, run, server, retrySeconds } = task;
  if (!server) return connectHere(task, request, supervisor);
  const { training, network, cut, clientTrains, codecs } = request;
  const { optimiser, sources, model } = experiment;
  const serverHalf = serverHalfOf(experiment);
  const isShared = serverHalf !== 'own';
  const opened = openCodecs(codecs, seed);
  const client = await open({
    server,
    session: {
      id: newToken(),
      purpose: 'train',
      model: { name: model.name, width: model.width, input: [...network.input], classes: network.classes },
      cut: { layer: cut.layer, module: cut.module },
      codecs: codecs.map(({ name, params }) => ({ name, params })),
      optimiser: { momentum: optimiser.momentum, weightDecay: optimiser.weightDecay },
      seed,
      gradient: clientTrains,
      source: { run: `${run}-${training}`, index, count: sources.count, serverHalf },
    },
    software: 'sluice',
    connectSeconds: retrySeconds,
    reconnectSeconds: retrySeconds,
    signal: supervisor.giveUp,
    onEvent: supervisor.link,
  });
  const begins = training === (task.resume?.position.training ?? 0);
  const named = isShared ? nameOfHalf(client, index, { begins: begins && !task.joins }) : null;
  const half = await named?.catch(async (error: unknown) => {
    await client.close();
    throw error;
  });
  // No two processes of a source take the same names.
  const own = newToken()
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .slice(0, 12);
  let checkpoints = 0;
  const offloader = remoteOffloader(client, {
    codecs: opened,
    wantsGradient: clientTrains,
    ...turnsOf(supervisor, { engine: client.engine, half }),
    ...(isShared && {
      shared: { source: index, tell: (source, steps) => supervisor.tell({ kind: 'taken', source, steps }) },
    }),
    checkpointName: () => `${Date.now()}-${own}-${checkpoints++}`,
  });
  return sources.count > 1 ? offloader : { ...offloader, average: undefined };
}
