import { setImmediate } from 'node:timers/promises';
import { openBatches } from '../../data/batches.ts';
import type { BatchSource } from '../../data/source.ts';
import { openEngine } from '../../engine/engine.ts';
import { openCodecs } from '../../offload/codecs/session-codecs.ts';
import { connectOffload, type ClientEvent } from '../../offload/client/client.ts';
import { newToken } from '../../offload/transport/token.ts';
import { checkExperiment } from '../../runs/experiment/check.ts';
import { trainExperiment, type ServerRequest } from '../../runs/life/train-experiment.ts';
import { deviceWith } from '../../training/device.ts';
import type { Offloader } from '../../training/offloader.ts';
import type { FromSource, SourceTask, ToSource } from './messages.ts';
import { remoteOffloader } from './remote.ts';
import { serverHalfOf } from './server-half.ts';

/** The run, as its data source sees it. */
export interface Supervisor {
  tell(message: FromSource): void;
  /** The next message of this kind. */
  hear<Kind extends ToSource['kind']>(kind: Kind): Promise<Extract<ToSource, { kind: Kind }>>;
  /** Resolves at once unless the run is paused. */
  proceed(): Promise<void>;
  /** Aborted when the run stops: after a last checkpoint, and at once where even that is not possible. */
  readonly stop: AbortSignal;
  readonly giveUp: AbortSignal;
  /** Whether the server can be reached. */
  link(event: ClientEvent): void;
}

/** Does the part of a data source in a run. */
export async function work(task: SourceTask, supervisor: Supervisor): Promise<void> {
  const { experiment, seed, index } = task;
  const { count, threads, cpuShare } = experiment.sources;
  const { name, device, detail } = await openEngine(experiment.engine, {
    threads: threads ?? (count === 1 ? experiment.threads : 1),
  });
  const data = await openShard(task);
  try {
    // Whether there are as many images as are asked for was seen to when they were opened.
    checkExperiment(experiment, { ...data.info, trainSamples: Infinity });
    const stepsPerEpoch = Math.ceil(data.info.trainSamples / experiment.batchSize);
    supervisor.tell({ kind: 'ready', engine: { name, device, detail }, stepsPerEpoch });
    const events = trainExperiment(experiment, seed, data, {
      source: index,
      device: deviceWith(cpuShare),
      signal: supervisor.stop,
      connect: (request) => connect(task, request, supervisor),
      ...(task.resume ? { resume: task.resume } : {}),
    });
    for await (const event of events) {
      if (event.kind === 'checkpoint') {
        supervisor.tell({ kind: 'checkpoint', checkpoint: event });
        await supervisor.hear('saved');
      } else {
        supervisor.tell({ kind: 'record', record: event });
      }
      // Lets messages in: a training may never leave the microtask queue.
      await setImmediate();
      await supervisor.proceed();
    }
  } finally {
    await data.close();
  }
}

function openShard({ experiment, seed, index }: SourceTask): Promise<BatchSource> {
  const { dataset, batchSize, sources } = experiment;
  const { name, ...subset } = dataset;
  const shard = sources.count > 1 ? { index, count: sources.count, skew: sources.skew, seed } : undefined;
  return openBatches({ dataset: name, ...subset, batchSize, seed, shard });
}

/** A session with a server half of its own, or with the one that all sources of the run train. */
async function connect(task: SourceTask, request: ServerRequest, supervisor: Supervisor): Promise<Offloader> {
  const { experiment, seed, index, run, server, retrySeconds } = task;
  const { training, network, cut, clientTrains, codecs } = request;
  const { optimiser, sources, model } = experiment;
  const session = newToken();
  const opened = openCodecs(codecs, seed);
  const client = await connectOffload({
    server,
    session: {
      id: session,
      model: { name: model.name, width: model.width, input: [...network.input], classes: network.classes },
      cut: { layer: cut.layer, module: cut.module },
      codecs: codecs.map(({ name, params }) => ({ name, params })),
      optimiser: { momentum: optimiser.momentum, weightDecay: optimiser.weightDecay },
      seed,
      gradient: clientTrains,
      source: { run: `${run}-${training}`, index, count: sources.count, serverHalf: serverHalfOf(experiment) },
    },
    software: 'sluice',
    connectSeconds: retrySeconds,
    reconnectSeconds: retrySeconds,
    signal: supervisor.giveUp,
    onEvent: supervisor.link,
  });
  let entered = false;
  let checkpoints = 0;
  const offloader = remoteOffloader(client, {
    codecs: opened,
    async enter() {
      if (entered) return;
      entered = true;
      supervisor.tell({ kind: 'open', session });
      await supervisor.hear('enter');
    },
    async meet(final) {
      supervisor.tell({ kind: 'arrived', final });
      return supervisor.hear('met');
    },
    checkpointName: () => `${process.pid}-${Date.now()}-${checkpoints++}`,
  });
  return sources.count > 1 ? offloader : { ...offloader, average: undefined };
}
