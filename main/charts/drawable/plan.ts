import type { SourceView } from '../data.ts';
import type { LineChartSpec } from '../kinds/lines.ts';
import type { Line } from './lines.ts';
import type { PhaseMark } from '../series.ts';
import type { AxisKind } from '../spec.ts';

/** A phase as it was planned; steps, bytes and epochs are of the phase alone. */
export interface PlannedPhaseData {
  readonly training: number;
  readonly budget: number | null;
  readonly epochs: number;
  /** Of the data source that takes most: as many steps as all of them are drawn with. */
  readonly mostSteps: number;
  /** Of all data sources. */
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** What a run was going to do. */
export interface PlanData {
  readonly phases: readonly PlannedPhaseData[];
  readonly sources: number;
}

/** What was planned, drawn thin and dashed over what came, which it may well coincide with. */
export interface PlannedLine {
  readonly name: string;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** What a chart shows of a run's plan. */
export interface ShownPlan {
  readonly planned: readonly PlannedLine[];
  /** The lines with the phases of the plan behind them, where the axis is one that a plan knows. */
  readonly lines: readonly Line[];
}

/**
 * Lays a chart's lines over the plan of their run: planned traffic as a line, planned phases as the ground. To the end,
 * all charts reach as far as the plan, so that they can be read side by side. Over time and bytes nothing is planned.
 * Of one data source, alone or beside others, it is its share of the traffic.
 */
export function withPlan(
  lines: readonly Line[],
  plan: PlanData | null,
  spec: Pick<LineChartSpec, 'metric' | 'x' | 'plan'>,
  view: SourceView = 'all',
): ShownPlan {
  if (!plan || !isPlanned(spec)) return { planned: [], lines };
  const until = spec.plan === 'end' ? Infinity : Math.max(0, ...lines.map(({ x }) => x.at(-1) ?? 0));
  const share = view === 'all' ? 1 : 1 / plan.sources;
  const outlines = trainingsOf(plan).map((phases) => outline(phases, spec.x, share));
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

/** Traffic summed up and phases one after the other. */
function outline(phases: readonly PlannedPhaseData[], axis: AxisKind, share: number): Outline {
  const [x, y, marks] = [[0], [0], [] as PhaseMark[]];
  phases.forEach((phase, i) => {
    const from = x[i];
    const to = from + (axis === 'epoch' ? phase.epochs : phase.mostSteps);
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

function trainingsOf({ phases }: PlanData): PlannedPhaseData[][] {
  const numbers = [...new Set(phases.map(({ training }) => training))];
  return numbers.map((number) => phases.filter(({ training }) => training === number));
}

/** Whether a chart shows something of a plan, if there is one. */
function isPlanned({ plan, x }: Pick<LineChartSpec, 'x' | 'plan'>): boolean {
  return plan !== undefined && (x === 'epoch' || x === 'step');
}
