import { describe, expect, it } from 'vitest';
import { trainedHalf, type TrainedHalf } from '../../../../main/offload/server/trained-half.ts';
import { createTurns } from '../../../../main/offload/server/turns.ts';
import { fakeHalf, stepRequest, type FakeHalf } from '../fake-half.ts';

function sharedHalf(): { half: FakeHalf; trained: TrainedHalf } {
  const half = fakeHalf();
  return { half, trained: trainedHalf(half, createTurns(), { shared: true, gather: null }) };
}

const resets = ({ calls }: FakeHalf): number => calls.filter((call) => call === 'reset').length;

describe('the optimiser of a shared half', () => {
  it('begins anew with the first source that comes to a phase, and keeps what it learned for the others', async () => {
    const { half, trained } = sharedHalf();
    await trained.resetOptimiser([0, 1]);
    await trained.step(stepRequest(4), 0, 100);
    await trained.resetOptimiser([0, 1]);
    expect(resets(half)).toBe(1);
    await trained.resetOptimiser([0, 2]);
    await trained.resetOptimiser([1, 2]);
    expect(resets(half)).toBe(3);
  });

  it('begins anew each time for those that name no phase', async () => {
    const { half, trained } = sharedHalf();
    await trained.resetOptimiser();
    await trained.resetOptimiser();
    expect(resets(half)).toBe(2);
  });

  it('begins anew again when the half was put back', async () => {
    const { half, trained } = sharedHalf();
    await trained.resetOptimiser([0, 1]);
    await trained.write(new Uint8Array(0));
    await trained.resetOptimiser([0, 1]);
    expect(resets(half)).toBe(2);
  });
});
