import type { DatasetInfo } from '../data/source.ts';
import type { Budget } from '../records/column.ts';
import type { Experiment } from '../runs/experiment/experiment.ts';
import { imageCounts } from '../runs/experiment/image-counts.ts';
import { planTraffic } from '../runs/experiment/plan-traffic.ts';
import type { Load } from '../simulation/load.ts';
import { simulate } from '../simulation/simulate.ts';
import { codecSettings } from '../training/controller.ts';
import { evaluationCost, stepCost, type Circumstances, type Exchange } from './costs.ts';
import { crossing } from './link-time.ts';

/** A phase with its time. Bytes are of all sources, seconds go by while all of them train. */
export interface TimedPhase {
  readonly training: number;
  readonly budget: Budget;
  readonly epochs: number;
  readonly stepSeconds: number;
  /** Of training alone. */
  readonly seconds: number;
  readonly bytes: number;
  /** Of the tests after its epochs, on the images that are held out and on the test set. */
  readonly testSeconds: number;
  readonly testBytes: number;
}

/** What a whole run takes. */
export interface TimedSchedule {
  readonly phases: readonly TimedPhase[];
  readonly seconds: number;
  readonly bytes: number;
  readonly testSeconds: number;
  readonly testBytes: number;
}

/** Cores of a machine that computes it all; null: devices and server are machines of their own. */
export type Cores = number | null;

/** The time and bytes of one run of an experiment, its tests included. Throws what planTraffic throws. */
export function timedSchedule(
  experiment: Experiment,
  info: DatasetInfo,
  at: Circumstances,
  cores: Cores,
): TimedSchedule {
  const { sources, batchSize, split } = experiment;
  const images = imageCounts(experiment, info);
  const codecs = codecSettings(experiment.codec);
  const trained = sizesOf(Math.ceil(images.train / sources.count), batchSize);
  const tested = [...sizesOf(images.validation, batchSize), ...sizesOf(images.test, batchSize)];
  const phases = planTraffic(experiment, info).phases.map((phase): TimedPhase => {
    const { training, budget, own, epochs } = phase;
    const choice = { cut: split, budget, codecs: { ...codecs, own } };
    const seconds = (cost: typeof stepCost, sizes: readonly Batches[]): number =>
      epochs *
      sum(sizes.map(({ samples, count }) => count * together(at, cost(choice, at, samples), { ...sources, cores })));
    const testBytes = tested.map(({ samples, count }) => count * bytesOf(evaluationCost(choice, at, samples)));
    return {
      training,
      budget,
      epochs,
      stepSeconds: together(at, stepCost(choice, at), { ...sources, cores }),
      seconds: seconds(stepCost, trained),
      bytes: phase.bytesUp + phase.bytesDown,
      testSeconds: seconds(evaluationCost, tested),
      testBytes: epochs * sources.count * sum(testBytes),
    };
  });
  const total = (key: 'seconds' | 'bytes' | 'testSeconds' | 'testBytes'): number =>
    sum(phases.map((phase) => phase[key]));
  return {
    phases,
    seconds: total('seconds'),
    bytes: total('bytes'),
    testSeconds: total('testSeconds'),
    testBytes: total('testBytes'),
  };
}

/** What the link alone adds to a run's training: of the source that takes most steps, whatever computes. */
export function linkSeconds(experiment: Experiment, info: DatasetInfo, link: Circumstances['link']): number {
  const seconds = planTraffic(experiment, info).phases.map(({ bytesUp, bytesDown, steps, mostSteps }) => {
    if (steps === 0) return 0;
    const up = crossing(bytesUp / steps, 'up', link);
    const down = crossing(bytesDown / steps, 'down', link);
    const waiting = link?.shared ? experiment.sources.count : 1;
    return mostSteps * (waiting * (up.transmission + down.transmission) + up.delay + down.delay);
  });
  return sum(seconds);
}

/** What an exchange asks of device, channel and server. What codecs take is done at the device's end. */
export function loadOf(at: Circumstances, cost: Exchange): Load {
  const up = crossing(cost.bytesUp, 'up', at.link);
  const down = crossing(cost.bytesDown, 'down', at.link);
  const crossed = up.transmission + up.delay + down.transmission + down.delay;
  return {
    client: cost.client + cost.up + cost.down - crossed,
    server: cost.server,
    up: up.transmission,
    down: down.transmission,
    delay: (up.delay + down.delay) / 2,
  };
}

interface Crowd {
  readonly count: number;
  readonly cores: Cores;
}

/** Seconds of an exchange where all sources have theirs at the same time: they wait for the server, and for a shared channel. */
function together(at: Circumstances, cost: Exchange, { count, cores }: Crowd): number {
  if (count === 1) return cost.seconds;
  const channels = at.link?.shared ? 1 : 0;
  const load = loadOf(at, cost);
  const population = { sources: count, servers: 1, channels, duplex: false, arrivals: 'closed' } as const;
  const { perSecond } = simulate(load, population, { seed: 1, steps: 60 * count });
  // Devices of one thread each, and the server with all of its own, on the cores there are.
  const computing = cost.client + cost.server * at.device.busyCores;
  return count * Math.max(1 / perSecond, cores === null ? 0 : computing / cores);
}

interface Batches {
  readonly samples: number;
  readonly count: number;
}

/** Whole batches, and the rest. */
function sizesOf(samples: number, batchSize: number): Batches[] {
  const rest = samples % batchSize;
  const whole = { samples: batchSize, count: Math.floor(samples / batchSize) };
  return [whole, { samples: rest, count: 1 }].filter((part) => part.samples > 0 && part.count > 0);
}

function bytesOf({ bytesUp, bytesDown }: Exchange): number {
  return bytesUp + bytesDown;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
