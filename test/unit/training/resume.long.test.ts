import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../../main/engine/engine.ts';
import type { TrainingEvent } from '../../../main/training/snapshot.ts';
import { noiseSource, tinyNetwork } from '../../support/halves.ts';
import {
  aborting,
  eventsOf,
  lastSnapshot,
  recordsOf,
  timeless,
  trainTiny,
  twoPhases,
  type TinyTraining,
} from '../../support/training.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

const cases: (TinyTraining & { title: string })[] = [
  { title: 'deprune', method: 'deprune', momentum: 0 },
  { title: 'deprune with momentum', method: 'deprune', momentum: 0.9 },
  { title: 'prune', method: 'prune', momentum: 0.9, phases: twoPhases.toReversed(), codecs: { down: 'float16' } },
  { title: 'scratch', method: 'scratch', momentum: 0.9 },
  { title: 'plain split', method: 'plain-split', momentum: 0.9 },
  { title: 'raw-image offload', method: 'raw-image', momentum: 0 },
];

const source = noiseSource(tinyNetwork);

/** Batches that three epochs of training and testing take. */
const deliveries = 3 * (3 + 2);

describe.each(cases)('$title', (options) => {
  const run = (more: TinyTraining = {}): Promise<TrainingEvent[]> => eventsOf(trainTiny({ ...options, ...more }));

  it('goes on from any of its checkpoints as if nothing had happened, bit for bit', async () => {
    const whole = await run({ checkpointSteps: 1 });
    for (const [at, event] of whole.entries()) {
      if (event.kind !== 'checkpoint') continue;
      const rest = await run({ checkpointSteps: 1, resume: event.snapshot });
      expect(timeless(rest)).toEqual(timeless(whole.slice(at + 1)));
    }
  });

  it('stops at any batch with a checkpoint, and ends as it would have without the break', async () => {
    const whole = await run();
    for (let delivery = 0; delivery < deliveries; delivery++) {
      const controller = new AbortController();
      const data = aborting(source, controller, delivery);
      const begun = await run({ data, signal: controller.signal });
      expect(begun.at(-1)).toMatchObject({ kind: 'checkpoint', final: false });
      const ended = await run({ resume: lastSnapshot(begun) });
      expect(timeless(recordsOf([...begun, ...ended]))).toEqual(timeless(recordsOf(whole)));
      expect(timeless(ended.slice(-1))).toEqual(timeless(whole.slice(-1)));
    }
  });
});

describe('a checkpoint', () => {
  it('of a training that is over has nothing left to do', async () => {
    const whole = await eventsOf(trainTiny());
    expect(await eventsOf(trainTiny({ resume: lastSnapshot(whole) }))).toEqual([]);
  });
});
