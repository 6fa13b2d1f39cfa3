import type { Plan, PlannedPhase } from '../../../main/api.ts';
import type { PlannedLine } from '../../../main/charts/line-option.ts';
import type { Line } from '../../../main/charts/lines.ts';
import type { PhaseMark } from '../../../main/charts/series.ts';
import type { AxisKind, LineChartSpec } from '../../../main/charts/spec.ts';
import type { SourceView } from './run-lines.ts';
import type { FixedRun } from './run-tabs.ts';

/** What a chart shows of a run's plan. */
export interface ShownPlan {
  readonly planned: readonly PlannedLine[];
  /** The lines with the phases of the plan behind them, where the axis is one that a plan knows. */
  readonly lines: readonly Line[];
}

/** How far the plan is shown: to its end, or as far as the run is. */
export type Horizon = 'end' | 'now';

/**
 * Lays a chart's lines over the plan: planned traffic as a line, planned phases as the ground. To the end, all charts
 * reach as far as the plan, so that they can be read side by side. Over time and bytes nothing is planned.
 */
export function withPlan(
  lines: readonly Line[],
  { plan, experiment }: Pick<FixedRun, 'plan' | 'experiment'>,
  spec: Pick<LineChartSpec, 'metric' | 'x'>,
  source: SourceView,
  horizon: Horizon,
): ShownPlan {
  if (!plan || !isPlanned(spec.x)) return { planned: [], lines };
  const sources = experiment.sources.count;
  const until = horizon === 'end' ? Infinity : Math.max(0, ...lines.map(({ x }) => x.at(-1) ?? 0));
  const outlines = trainingsOf(plan).map((phases) =>
    outline(phases, spec.x, sources, source === 'all' ? 1 : 1 / sources),
  );
  const traffic = spec.metric === 'bytes' ? outlines.map((each) => cut(each, until)) : [];
  const end = Math.min(until, Math.max(0, ...outlines.map(({ x }) => x.at(-1) ?? 0)));
  const [first] = outlines;
  const phases = (first?.marks ?? [])
    .filter(({ from }) => from < until)
    .map((mark) => ({ ...mark, to: Math.min(mark.to, until) }));
  return {
    planned: traffic.length > 0 ? traffic : [reach(end)],
    lines: lines.map((line) => ({ ...line, phases })),
  };
}

interface Outline {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly marks: readonly PhaseMark[];
}

/** Traffic summed up and phases one after the other; sources step side by side. */
function outline(phases: readonly PlannedPhase[], axis: AxisKind, sources: number, share: number): Outline {
  const [x, y, marks] = [[0], [0], [] as PhaseMark[]];
  phases.forEach((phase, i) => {
    const from = x[i];
    const to = from + (axis === 'epoch' ? phase.epochs : phase.steps / sources);
    x.push(to);
    y.push(y[i] + (phase.bytesUp + phase.bytesDown) * share);
    marks.push({ phase: i, budget: phase.budget, from, to });
  });
  return { x, y, marks };
}

/** The line as far as a place, where it ends between its points. */
function cut({ x, y }: Outline, until: number): PlannedLine {
  const whole = x.filter((place) => place <= until).length;
  const points = { x: x.slice(0, whole), y: y.slice(0, whole) };
  if (whole < x.length) {
    const [before, after] = [x[whole - 1], x[whole]];
    points.x.push(until);
    points.y.push(y[whole - 1] + ((until - before) / (after - before)) * (y[whole] - y[whole - 1]));
  }
  return { name: 'planned', x: Float64Array.from(points.x), y: Float64Array.from(points.y) };
}

/** Nothing to see, but the axis reaches that far. */
function reach(end: number): PlannedLine {
  return { name: '', x: Float64Array.of(0, end), y: Float64Array.of(NaN, NaN) };
}

function trainingsOf({ phases }: Plan): PlannedPhase[][] {
  const numbers = [...new Set(phases.map(({ training }) => training))];
  return numbers.map((number) => phases.filter(({ training }) => training === number));
}

function isPlanned(axis: AxisKind): boolean {
  return axis === 'epoch' || axis === 'step';
}
