import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Plan } from '../../../../main/api.ts';
import { linkPresets } from '../../../../main/offload/link/link.ts';
import { experimentSchema } from '../../../../main/runs/experiment/experiment.ts';
import { keyFigures } from '../../../../renderer/pages/run/figures.ts';
import { formatLatency, namedLinks, networkLatency } from '../../../../renderer/pages/run/pair-latency.ts';
import { phaseSegments, planProgress } from '../../../../renderer/pages/run/progress.ts';
import { shareDone } from '../../../../renderer/shell/progress.ts';
import { recentTotals, timeShares } from '../../../../renderer/pages/run/step-shares.ts';
import type { StepLog } from '../../../../renderer/stores/step-log.ts';
import { stepLog } from './recorded-run.ts';

const phase = { epochs: 1, learningRate: 0.01, firstEpoch: 0, training: 0 };
const plan: Plan = {
  phases: [
    { ...phase, budget: 4, steps: 10, mostSteps: 10, bytesUp: 60, bytesDown: 40 },
    { ...phase, budget: null, firstEpoch: 1, steps: 10, mostSteps: 10, bytesUp: 600, bytesDown: 400 },
  ],
  bytesUp: 660,
  bytesDown: 440,
  fullBudgetBytes: 2000,
  plainSplitBytes: 2000,
  steps: 20,
  atMost: false,
  seconds: null,
  evaluationSeconds: null,
};

/** So many steps as the plan has them, the first ten in its first phase. */
const asPlanned = (count: number): StepLog =>
  stepLog(
    Array.from({ length: count }, (_, step) => {
      const [bytesUp, bytesDown] = step < 10 ? [6, 4] : [60, 40];
      const wire = { wireUp: bytesUp * 1.5, wireDown: bytesDown * 1.5 };
      return { step, phase: step < 10 ? 0 : 1, bytesUp, bytesDown, ...wire };
    }),
  );

describe('the figures of a run', () => {
  it('compare its bytes with plan and full budget over the steps made so far', () => {
    const figures = keyFigures({ bytesUp: 0, bytesDown: 0 }, plan, asPlanned(15));
    expect([figures.bytesUp, figures.bytesDown]).toEqual([360, 240]);
    expect(figures.ofPlan).toBeCloseTo(1);
    expect(figures.lessThanFull).toBeCloseTo(1500 / 600);
    expect(figures.stepBytes).toBe(100);
    expect(figures.framing).toBeCloseTo(0.5);
  });

  it('are not known before the first step, nor without a plan', () => {
    expect(keyFigures({ bytesUp: 3, bytesDown: 4 }, plan, asPlanned(0))).toEqual({
      bytesUp: 3,
      bytesDown: 4,
      ofPlan: null,
      lessThanFull: null,
      stepBytes: null,
      framing: null,
    });
    expect(keyFigures({ bytesUp: 0, bytesDown: 0 }, null, asPlanned(5))).toMatchObject({
      ofPlan: null,
      lessThanFull: null,
    });
  });

  it('tell phases of several trainings apart', () => {
    const scratch = { ...plan, phases: plan.phases.map((each, training) => ({ ...each, training })) };
    const { totals } = stepLog([{ training: 0 }, { training: 1 }, { training: 1 }]);
    expect(planProgress(scratch, totals)).toMatchObject({ steps: 3, bytes: 10 + 100 + 100 });
  });
});

describe('progress', () => {
  const summary = { status: 'running', progress: null, epochsDone: 1, epochsTotal: 4 } as Parameters<
    typeof shareDone
  >[0];

  it('counts steps while it is known, else finished epochs, and is whole at the end', () => {
    const progress = { stepsDone: 3, totalSteps: 10 } as NonNullable<typeof summary.progress>;
    expect(shareDone({ ...summary, progress })).toBeCloseTo(0.3);
    expect(shareDone(summary)).toBe(0.25);
    expect(shareDone({ ...summary, epochsTotal: 0, epochsDone: 0 })).toBe(0);
    expect(shareDone({ ...summary, status: 'finished' })).toBe(1);
  });

  it('is divided into phases by their steps', () => {
    expect(phaseSegments(plan)).toMatchObject([
      { start: 0, share: 0.5, budget: 4 },
      { start: 0.5, share: 0.5, budget: null },
    ]);
  });
});

describe('where the time goes', () => {
  it('is shared out over the steps looked at', () => {
    const { totals, columns } = stepLog([
      { clientSeconds: 9, source: 1 },
      { clientSeconds: 1, wireSeconds: 1, serverSeconds: 2 },
      { clientSeconds: 1, wireSeconds: 3 },
    ]);
    const shares = timeShares(totals.filter(({ source }) => source === 0));
    expect(shares).toMatchObject({ steps: 2, secondsPerStep: 4 });
    expect(shares?.parts.map(({ share }) => share)).toEqual([0.25, 0.5, 0.25, 0]);
    expect(timeShares(recentTotals(columns, 1, 1))?.parts.map(({ share }) => share)).toEqual([0.25, 0.75, 0, 0]);
    expect(timeShares([])).toBeNull();
  });

  it('is lately that of the last steps of each source, though one is far ahead', () => {
    // The first source ended after two steps of 1 s; the other goes on, at last with 3 s a step.
    const { columns } = stepLog(
      Array.from({ length: 12 }, (_, i) => ({
        step: i < 4 ? i >> 1 : i - 2,
        source: i < 4 ? i % 2 : 1,
        clientSeconds: i < 4 ? 1 : 3,
      })),
    );
    const lately = recentTotals(columns, 2, 2);
    expect(lately.map(({ source, steps, clientSeconds }) => [source, steps, clientSeconds]).sort()).toEqual([
      [0, 2, 2],
      [1, 2, 6],
    ]);
    expect(recentTotals(columns, 100, 2).reduce((sum, { steps }) => sum + steps, 0)).toBe(12);
  });
});

describe('the latency of a pair', () => {
  const links = namedLinks(z.toJSONSchema(experimentSchema, { io: 'input' }));

  it('is a round trip and the time its bytes take upward', () => {
    const lte = links.find(({ name }) => name === 'lte')!;
    expect(networkLatency({ bytesPerSample: 15_000 }, lte)).toBeCloseTo(0.045 + 0.008);
    expect([0.00067, 0.0123, 0.71, 1.23].map(formatLatency)).toEqual(['0.7 ms', '12 ms', '710 ms', '1.2 s']);
  });

  it('is estimated over the links the lab emulates', () => {
    expect(links).toMatchObject(Object.entries(linkPresets).map(([name, { up, rttMs }]) => ({ name, up, rttMs })));
  });
});
