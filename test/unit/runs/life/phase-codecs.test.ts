import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../../../main/engine/engine.ts';
import { checkExperiment } from '../../../../main/runs/experiment/check.ts';
import { planTraffic } from '../../../../main/runs/experiment/plan-traffic.ts';
import { trainExperiment } from '../../../../main/runs/life/train-experiment.ts';
import { eventsOf, lastSnapshot, timeless } from '../../../support/training.ts';
import { data, experimentWith, train } from '../settings/trained.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

const experiment = experimentWith({
  phases: [
    { budget: 2, epochs: 2, codec: { up: { name: 'codebook', length: 2, codewords: 4 }, down: 'float16' } },
    { budget: 'full', epochs: 1, codec: { up: 'int8' } },
  ],
});

describe('codecs of phases', () => {
  it('send the bytes that the plan says, phase by phase', async () => {
    const { steps } = await train(experiment);
    const plan = planTraffic(experiment, data.info);
    const measured = [0, 1].map((phase) => {
      const own = steps.filter((step) => step.phase === phase);
      const sum = (of: 'bytesUp' | 'bytesDown'): number => own.reduce((total, step) => total + step[of], 0);
      return { bytesUp: sum('bytesUp'), bytesDown: sum('bytesDown') };
    });
    expect(measured).toEqual(plan.phases.map(({ bytesUp, bytesDown }) => ({ bytesUp, bytesDown })));
    const before = planTraffic(experimentWith({}), data.info);
    expect(plan.phases.map(({ bytesDown }, i) => before.phases[i].bytesDown - bytesDown)).toEqual([22 * 2 * 2 * 16, 0]);
    expect(plan.fullBudgetBytes).toBe(before.fullBudgetBytes);
  });

  it('go on from a checkpoint within and between them as without the break', async () => {
    const whole = await eventsOf(trainExperiment(experiment, 1, data, {}));
    for (const step of [4, 6, 7]) {
      const at = whole.findLastIndex((event) => event.kind === 'checkpoint' && event.snapshot.position.step === step);
      const resume = lastSnapshot(whole.slice(0, at + 1));
      // The codebook that phase 0 learned at both ends.
      expect(Object.keys(resume.codecs!.client)).not.toEqual([]);
      const rest = await eventsOf(trainExperiment(experiment, 1, data, { resume }));
      expect(timeless(rest)).toEqual(timeless(whole.slice(at + 1)));
    }
  });

  it('are refused by the field of their phase', () => {
    const codebook = experimentWith({
      phases: [
        { budget: 2, epochs: 2 },
        { budget: 'full', epochs: 1, codec: { up: { name: 'codebook', codewords: 4096 } } },
      ],
    });
    expect(() => checkExperiment(codebook, data.info)).toThrow(/phases\.1\.codec\.up is "?codebook/);
  });
});
