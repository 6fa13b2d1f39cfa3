import { beforeAll, expect, it } from 'vitest';
import { openEngine } from '../../../main/engine/engine.ts';
import type { TakenStep } from '../../../main/offload/protocol/control.ts';
import type { EpochRecord, StepRecord } from '../../../main/records/record.ts';
import { checkpointsOf, eventsOf, recordsOf, trainTiny } from '../../support/training.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

it('a source goes on past the batches that the server half took before it could tell, and counts them', async () => {
  const whole = await eventsOf(trainTiny());
  const steps = recordsOf(whole).filter((record): record is StepRecord => record.kind === 'step');
  // After the first epoch, of 3 steps.
  const resume = checkpointsOf(whole)[0].snapshot;
  const taken: TakenStep[] = steps.slice(3, 5).map(({ step, samples, crossEntropy, correct, bytesUp, bytesDown }) => {
    const known = { step, samples, crossEntropy, correct, bytesUp, bytesDown };
    return { ...known, budget: 2, learningRate: 0.02, serverSeconds: 0, waitSeconds: 0 };
  });
  const asked: number[] = [];
  const onOpen: NonNullable<Parameters<typeof trainTiny>[0]>['onOpen'] = (split) => ({
    ...split,
    server: {
      ...split.server,
      taken(from) {
        asked.push(from);
        return Promise.resolve(taken);
      },
    },
  });
  const rest = recordsOf(await eventsOf(trainTiny({ resume, onOpen })));
  expect(asked).toEqual([3]);
  expect(rest.filter(({ kind }) => kind === 'step').map((record) => (record as StepRecord).step)).toEqual([5, 6, 7, 8]);
  const epochOf = (records: typeof rest): EpochRecord =>
    records.find((record): record is EpochRecord => record.kind === 'epoch' && record.epoch === 1)!;
  const { bytesUp, bytesDown } = epochOf(recordsOf(whole));
  const found = epochOf(rest);
  expect(found).toMatchObject({ bytesUp, bytesDown });
  // Of the whole epoch, and not of its last batch alone.
  const [first, second] = taken;
  const last = rest.find((record): record is StepRecord => record.kind === 'step')!;
  const all = [first, second, last];
  const samples = all.reduce((sum, each) => sum + each.samples, 0);
  const loss = all.reduce((sum, each) => sum + each.crossEntropy * each.samples, 0) / samples;
  expect(found.trainLoss).toBeCloseTo(loss, 12);
});
