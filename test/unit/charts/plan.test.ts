import { describe, expect, it } from 'vitest';
import type { SourceView } from '../../../main/charts/data.ts';
import { chartLines } from '../../../main/charts/drawable/lines.ts';
import { namedChart } from '../../../main/charts/kinds/table.ts';
import { withPlan, type PlanData, type PlannedPhaseData, type ShownPlan } from '../../../main/charts/drawable/plan.ts';
import type { LineChartSpec } from '../../../main/charts/kinds/lines.ts';
import { trainingsOf } from '../../../main/charts/trainings.ts';
import { run, steps } from '../../support/chart-data.ts';

const phase: PlannedPhaseData = { training: 0, budget: 4, epochs: 2, mostSteps: 8, bytesUp: 60, bytesDown: 20 };
const later = { ...phase, budget: null, epochs: 1, mostSteps: 4, bytesUp: 600, bytesDown: 400 };
const planOf = (phases: readonly PlannedPhaseData[], sources = 1): PlanData => ({ phases, sources });
const spec = (name: string, changes: Partial<LineChartSpec> = {}) => namedChart(name, changes) as LineChartSpec;
/** Two epochs of four steps each. */
const trainings = trainingsOf([run(1, 'deprune', { steps: steps(8) })]);
const lines = chartLines(trainings, spec('bytes-epoch'));
const points = ({ planned }: ShownPlan): number[][] => planned.flatMap(({ x, y }) => [[...x], [...y]]);

describe('the plan behind the lines', () => {
  it('adds up over phases on the axes that a plan knows', () => {
    const over = (name: string): ShownPlan => withPlan(lines, planOf([phase, later]), spec(name));
    expect(points(over('bytes-epoch'))).toEqual([
      [0, 2, 3],
      [0, 80, 1080],
    ]);
    expect(points(over('bytes-step'))[0]).toEqual([0, 8, 12]);
    expect(over('bytes-time')).toEqual({ planned: [], lines });
  });

  it('ends where the run is, if so wanted', () => {
    const plan = planOf([{ ...phase, epochs: 4 }, later]);
    const shown = withPlan(lines, plan, spec('bytes-epoch', { plan: 'now' }));
    expect(points(shown)).toEqual([
      [0, 2],
      [0, 40],
    ]);
    expect(shown.lines[0]?.phases).toEqual([{ phase: 0, budget: 4, from: 0, to: 2 }]);
  });

  it('is the ground of all charts, and lets all reach as far', () => {
    const shown = withPlan(lines, planOf([phase, later]), spec('loss-epoch'));
    expect(shown.lines[0]?.phases).toMatchObject([
      { budget: 4, from: 0, to: 2 },
      { budget: null, from: 2, to: 3 },
    ]);
    expect(points(shown)).toEqual([
      [0, 3],
      [NaN, NaN],
    ]);
  });

  it('is that of all sources or the share of one, over the steps of the one that takes most', () => {
    const of = (view: SourceView): number[][] => points(withPlan(lines, planOf([phase], 2), spec('bytes-step'), view));
    expect(of('all')).toEqual([
      [0, 8],
      [0, 80],
    ]);
    for (const view of [1, 'each'] as const) expect(of(view)[1]).toEqual([0, 40]);
  });

  it('begins anew with every training', () => {
    const scratch = planOf([phase, { ...phase, training: 1 }]);
    expect(withPlan(lines, scratch, spec('bytes-epoch')).planned).toHaveLength(2);
  });

  it('is left out where it is not asked for, or not known', () => {
    expect(withPlan(lines, planOf([phase]), spec('bytes-epoch', { plan: undefined }))).toEqual({ planned: [], lines });
    expect(withPlan(lines, null, spec('bytes-epoch'))).toEqual({ planned: [], lines });
  });
});
