import { createHash } from 'node:crypto';
import type { BatchSource } from '../../main/data/source.ts';
import { codecSettings, scheduled } from '../../main/training/controller.ts';
import { methodNamed, type MethodName } from '../../main/training/methods/table.ts';
import { planTrainings, type PhaseSettings } from '../../main/training/plan.ts';
import type { TrainingRecord } from '../../main/records/record.ts';
import type { Checkpoint, Snapshot, StateDict, TrainingEvent } from '../../main/training/snapshot.ts';
import type { SplitNetwork } from '../../main/training/split-network.ts';
import { train, type TrainOptions } from '../../main/training/train.ts';
import { noiseSource, openHalves, publishedCodecs, tinyCut, tinyNetwork, type HalvesOptions } from './halves.ts';
import { timelessRecord } from './run-records.ts';

export interface TinyTraining
  extends
    HalvesOptions,
    Partial<
      Pick<
        TrainOptions,
        'data' | 'source' | 'device' | 'selectLr' | 'checkpointSteps' | 'averageEpochs' | 'judge' | 'resume' | 'signal'
      >
    > {
  readonly method?: MethodName;
  readonly phases?: readonly PhaseSettings[];
  readonly learningRate?: number;
  /** Sees every network that is opened. */
  readonly onOpen?: (split: SplitNetwork, training: number) => SplitNetwork;
}

/** 3 epochs of 3 steps: budget 2 of 4 for two of them, then all maps. */
export const twoPhases: readonly PhaseSettings[] = [
  { budget: 2, epochs: 2 },
  { budget: 'full', epochs: 1 },
];

/** Trains the tiny network as `trainExperiment` would, on noise. */
export function trainTiny(options: TinyTraining = {}): AsyncGenerator<TrainingEvent> {
  const { method = 'deprune', phases = twoPhases, seed = 1, learningRate = 0.02 } = options;
  const { module, elsewhere } = methodNamed(method);
  const cut = { layer: elsewhere === null ? tinyCut.layer : 0, module: module ? tinyCut.module : null };
  return train({
    trainings: planTrainings(method, phases, 4),
    open(training) {
      const { client, offloader, dispose } = openHalves(tinyNetwork, cut, { ...options, seed });
      const split: SplitNetwork = {
        client,
        server: offloader,
        inferenceBytes: (budget) => budget ?? 4,
        dispose() {
          dispose();
          return Promise.resolve();
        },
      };
      return Promise.resolve(options.onOpen?.(split, training) ?? split);
    },
    data: options.data ?? noiseSource(tinyNetwork),
    controller: scheduled(codecSettings({ ...publishedCodecs, ...options.codecs })),
    seed,
    source: options.source,
    device: options.device,
    learningRate,
    selectLr: options.selectLr ?? { epochs: 0, factor: 1 },
    checkpointSteps: options.checkpointSteps,
    averageEpochs: options.averageEpochs,
    judge: options.judge,
    resume: options.resume,
    signal: options.signal,
  });
}

/** All events of a training. A checkpoint is copied, as if it had been stored. */
export async function eventsOf(training: AsyncIterable<TrainingEvent>): Promise<TrainingEvent[]> {
  const events: TrainingEvent[] = [];
  for await (const event of training) events.push(structuredClone(event));
  return events;
}

export function recordsOf(events: readonly TrainingEvent[]): TrainingRecord[] {
  return events.filter((event) => event.kind !== 'checkpoint');
}

export function checkpointsOf(events: readonly TrainingEvent[]): Checkpoint[] {
  return events.filter((event) => event.kind === 'checkpoint');
}

export function lastSnapshot(events: readonly TrainingEvent[]): Snapshot {
  return checkpointsOf(events).at(-1)!.snapshot;
}

/**
 * Events without what the clock says of them: equal for trainings that are the same. Tensors stand there as digests of
 * their bytes, so that what differs can be read.
 */
export function timeless(events: readonly TrainingEvent[]): unknown[] {
  return events.map((event) => {
    if (event.kind !== 'checkpoint') return timelessRecord(event);
    const { position, totals, client, server, codecs } = event.snapshot;
    return {
      final: event.final,
      position,
      totals: { ...totals, seconds: null, epochSeconds: null },
      client: [digests(client.weights), digests(client.momentum)],
      server: server.kind === 'state' ? [digests(server.state.weights), digests(server.state.momentum)] : server,
      codecs: codecs && [digests(codecs.client), digests(codecs.server)],
    };
  });
}

function digests(state: StateDict): Record<string, string> {
  const digest = (data: Float32Array | BigInt64Array): string =>
    createHash('sha256')
      .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      .digest('hex')
      .slice(0, 12);
  return Object.fromEntries(
    Object.entries(state).map(([name, { shape, data }]) => [name, `[${shape.join(', ')}] ${digest(data)}`]),
  );
}

/** A source that aborts `controller` as it delivers its batch of this number, counted over the whole training. */
export function aborting(source: BatchSource, controller: AbortController, delivery: number): BatchSource {
  let delivered = 0;
  const watched = async function* <T>(batches: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const batch of batches) {
      if (delivered++ === delivery) controller.abort();
      yield batch;
    }
  };
  return {
    ...source,
    train: (epoch, fromBatch) => watched(source.train(epoch, fromBatch)),
    test: () => watched(source.test()),
    ...(source.validation && { validation: () => watched(source.validation!()) }),
  };
}
