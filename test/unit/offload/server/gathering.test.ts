import { expect, it } from 'vitest';
import { createGathering } from '../../../../main/offload/server/gathering.ts';
import { createTurns } from '../../../../main/offload/server/turns.ts';
import type { StepRequest } from '../../../../main/offload/protocol/messages.ts';
import { fakeHalf, stepRequest } from '../fake-half.ts';

it('only batches of one budget and one learning rate are one step', async () => {
  const together: number[] = [];
  const half = fakeHalf();
  const handler = {
    ...half,
    step: (request: StepRequest) => half.step(request).finally(() => together.push(1)),
    stepTogether: (requests: readonly StepRequest[]) =>
      Promise.all(requests.map((request) => half.step(request))).finally(() => together.push(requests.length)),
  };
  const gathered = createGathering({ handler, inTurn: createTurns(), waitMs: 1e6, living: () => 2 });
  const first = stepRequest(1);
  const asked = (changes: Partial<StepRequest>) => Promise.all([gathered({ ...first, ...changes }), gathered(first)]);
  await asked({});
  expect(together).toEqual([2]);
  for (const changes of [{ learningRate: 0.2 }, { selection: null }]) {
    together.length = 0;
    // The second of each two waits for one like it.
    await Promise.all([asked(changes), gathered(first)]);
    expect(together).toEqual([1, 2]);
  }
});
