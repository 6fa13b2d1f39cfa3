import type { Batch, BatchSource } from '../data/source.ts';
import type { EvaluateRequest } from '../offload/protocol/messages.ts';
import { turn } from '../pause.ts';
import { random } from '../random.ts';
import type { Controller, Observation } from './controller.ts';
import type { Device } from './device.ts';
import type { PhaseStart } from './offloader.ts';
import { selectLearningRate, type Phase, type Training } from './plan.ts';
import {
  advance,
  behindStep,
  epochRecord,
  firstEpochOf,
  nothingYet,
  pairRecord,
  placeAndTotals,
  takenRecord,
  type Counters,
  type Evaluation,
  type Score,
} from './counters.ts';
import type { LeakageMeter } from './leakage.ts';
import type { EpochRecord } from '../records/record.ts';
import type { Snapshot, TrainingEvent } from './snapshot.ts';
import type { SplitNetwork } from './split-network.ts';
import { phaseAfter, type EarlyEnd } from './stop.ts';
import { trainStep } from './step.ts';

export interface TrainOptions {
  readonly trainings: readonly Training[];
  /** A network with new weights for the training of this index. */
  readonly open: (training: number) => Promise<SplitNetwork>;
  readonly data: BatchSource;
  /** How many maps cross the network, and how they are encoded. */
  readonly controller: Controller;
  readonly seed: number;
  /** Which data source this is, from 0; it stands in the records alone. */
  readonly source?: number;
  readonly learningRate: number;
  readonly selectLr: { readonly epochs: number; readonly factor: number };
  readonly checkpointSteps?: number;
  /** The client halves of all sources are averaged every so many epochs. */
  readonly averageEpochs?: number;
  /** What the client half computes on; this machine as it is unless given. */
  readonly device?: Device;
  /** Measures after every epoch what crosses has of the images; nothing does unless given. */
  readonly leakage?: LeakageMeter | undefined;
  /** What an epoch ends before its time; nothing unless given. */
  readonly judge?: ((epoch: EpochRecord) => Promise<EarlyEnd | null>) | undefined;
  readonly resume?: Snapshot;
  /** Aborted: the training yields a last checkpoint and ends. */
  readonly signal?: AbortSignal;
}

/**
 * Trains, yielding a record for every step, epoch and result, and checkpoints to go on from. Not pulling pauses it.
 * From a checkpoint it continues exactly as it would have without the break.
 */
export async function* train(options: TrainOptions): AsyncGenerator<TrainingEvent> {
  const { trainings, resume } = options;
  const start = resume?.position ?? { training: 0, phase: 0, epoch: 0, batch: 0, step: 0 };
  for (let training = start.training; training < trainings.length; training++) {
    const from = training === start.training ? resume : undefined;
    const split = await options.open(training);
    try {
      const progress: Counters = from
        ? { ...from.position, ...from.totals }
        : { training, phase: 0, epoch: 0, batch: 0, step: 0, ...nothingYet };
      if (from && progress.step > 0) await restore(split, from);
      if (from) await passTaken(split, progress, options);
      yield* trainOne(trainings[training], split, progress, options);
      if (options.signal?.aborted) return;
    } finally {
      await split.dispose();
    }
  }
}

/** Others train the server half, too, and it has learned from batches of this source that its snapshot does not know of. */
async function passTaken({ server }: SplitNetwork, progress: Counters, { source = 0 }: TrainOptions): Promise<void> {
  for (const taken of (await server.taken?.(progress.step)) ?? []) {
    Object.assign(progress, behindStep(progress, takenRecord(progress, source, taken)));
  }
}

async function* trainOne(
  phases: Training,
  split: SplitNetwork,
  progress: Counters,
  options: TrainOptions,
): AsyncGenerator<TrainingEvent> {
  let entered: number | null = null;
  while (progress.phase < phases.length) {
    // The last checkpoint is of here.
    if (options.signal?.aborted) return;
    const phase = phases[progress.phase];
    const begins = progress.epoch === firstEpochOf(phase, progress) && progress.batch === 0;
    if (begins) await enterPhase(split, phase, progress, options.seed);
    else if (progress.phase !== entered) await split.server.phase({ ...phaseStart(phase, progress), fresh: false });
    entered = progress.phase;
    yield* trainEpoch(split, phase, progress, options);
    if (!options.signal?.aborted) await average(split, progress, options);
    const evaluation = options.signal?.aborted ? null : await evaluate(split, phase, progress.step, options);
    if (!evaluation) {
      yield await checkpoint(split, progress);
      return;
    }
    const record = epochRecord(phase, progress, evaluation, options.source ?? 0);
    yield record;
    const end = (await options.judge?.(record)) ?? null;
    const phaseEnds = end !== null || progress.epoch + 1 === firstEpochOf(phase, progress) + phase.epochs;
    const final = phaseEnds && (phase.result || end === 'pair');
    if (final) yield pairRecord(record, split.inferenceBytes(phase.budget, phase.own));
    advance(progress, phases, phaseEnds ? phaseAfter(phases, progress.phase, end) : progress.phase);
    yield await checkpoint(split, progress, { final, trainingEnds: progress.phase >= phases.length });
  }
}

/** What happens between phases: the gate's reset and a fresh optimiser, as the method wants them. */
async function enterPhase(
  { client, server }: SplitNetwork,
  phase: Phase,
  progress: Counters,
  seed: number,
): Promise<void> {
  if (phase.freshOptimiser) client.resetOptimiser();
  await server.phase(phaseStart(phase, progress));
  const source = random(seed, 'reset', progress.training, progress.phase);
  if (phase.reset) await client.resetGate(phase.reset, phase.budget, source);
}

function phaseStart({ budget, freshOptimiser }: Phase, { training, phase }: Counters): PhaseStart {
  return { training, phase, budget, fresh: freshOptimiser };
}

function planOf({ budget, own }: Phase): Pick<Observation, 'planned' | 'own'> {
  return { planned: budget, own };
}

async function* trainEpoch(
  split: SplitNetwork,
  phase: Phase,
  progress: Counters,
  options: TrainOptions,
): AsyncGenerator<TrainingEvent> {
  const { data, checkpointSteps, controller, signal } = options;
  const epoch = progress.epoch - firstEpochOf(phase, progress);
  const pace = {
    learningRate: selectLearningRate(options.learningRate, options.selectLr, progress.phase, epoch),
    left: 1 - epoch / phase.epochs,
  };
  let start = performance.now();
  for await (const batch of data.train(progress.epoch, progress.batch)) {
    const waited = (performance.now() - start) / 1000;
    const decision = controller.decide({ ...planOf(phase), purpose: 'step', step: progress.step });
    const record = await trainStep(split, batch, decision, pace, options, progress);
    const seconds = (performance.now() - start) / 1000;
    Object.assign(progress, behindStep(progress, record, seconds));
    yield { ...record, waitSeconds: record.waitSeconds + waited };
    // Without a turn of the event loop a request to stop is never heard.
    await turn();
    if (signal?.aborted) return;
    if (checkpointSteps && progress.step % checkpointSteps === 0) yield await checkpoint(split, progress);
    start = performance.now();
  }
}

/** SplitFed: after every so many epochs the client goes on with the average of all; its velocities stay its own. */
async function average(
  { client, server }: SplitNetwork,
  { epoch, epochSamples }: Counters,
  { averageEpochs }: TrainOptions,
): Promise<void> {
  if (averageEpochs === undefined || !server.average || (epoch + 1) % averageEpochs !== 0) return;
  const { weights, momentum } = await client.read();
  const round = (epoch + 1) / averageEpochs - 1;
  // One that came back to an epoch whose batches were all taken has seen none of them, and is averaged all the same.
  const samples = Math.max(1, epochSamples * averageEpochs);
  client.write({ weights: await server.average(round, samples, weights), momentum });
}

/** The network under the phase's budget and codecs on the images that are held out and on the test set, or null when aborted meanwhile. */
async function evaluate(
  split: SplitNetwork,
  phase: Phase,
  step: number,
  options: TrainOptions,
): Promise<Evaluation | null> {
  const start = performance.now();
  const held = options.data.validation?.();
  const validation = held ? await score(held, split, phase, step, options) : null;
  if (held && !validation) return null;
  const test = await score(options.data.test(), split, phase, step, options);
  if (!test) return null;
  const decision = options.controller.decide({ ...planOf(phase), purpose: 'evaluate', step });
  const distanceCorrelation = (await options.leakage?.measure(split.client, decision)) ?? NaN;
  return { test, validation, distanceCorrelation, seconds: (performance.now() - start) / 1000 };
}

/** Null when aborted meanwhile. */
async function score(
  batches: AsyncIterable<Batch>,
  { client, server }: SplitNetwork,
  phase: Phase,
  step: number,
  { data, controller, signal }: TrainOptions,
): Promise<Score | null> {
  let loss = 0;
  let correct = 0;
  let samples = 0;
  for await (const batch of batches) {
    const { budget, codecs } = controller.decide({ ...planOf(phase), purpose: 'evaluate', step });
    const request: EvaluateRequest = {
      ...(await client.infer(batch, budget)),
      labels: batch.labels,
      classes: data.info.classes.length,
    };
    const scored = await server.evaluate(request, codecs.up);
    loss += scored.loss * batch.samples;
    correct += scored.correct;
    samples += batch.samples;
    await turn();
    if (signal?.aborted) return null;
  }
  return { loss: loss / samples, accuracy: correct / samples };
}

/** The halves as they stand. Once a training has ended, going on means the start of the next. */
async function checkpoint(
  { client, server }: SplitNetwork,
  progress: Counters,
  { final = false, trainingEnds = false } = {},
): Promise<TrainingEvent> {
  const [clientState, serverState] = await Promise.all([client.read(), server.checkpoint(final)]);
  const codecs = await server.readCodecs();
  const next = trainingEnds
    ? { position: { training: progress.training + 1, phase: 0, epoch: 0, batch: 0, step: 0 }, totals: nothingYet }
    : placeAndTotals(progress);
  return {
    kind: 'checkpoint',
    final,
    snapshot: { ...next, client: clientState, server: serverState, codecs },
  };
}

async function restore({ client, server }: SplitNetwork, snapshot: Snapshot): Promise<void> {
  client.write(snapshot.client);
  await server.restore(snapshot.server, snapshot.codecs);
}
