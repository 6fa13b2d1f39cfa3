import { noSteps, type TrainingData } from '../../charts/data.ts';
import { lineOption } from '../../charts/drawing/line-option.ts';
import { linesOf, sampleLines } from '../../charts/drawable/lines.ts';
import { withPlan, type PlanData } from '../../charts/drawable/plan.ts';
import { differingSettings } from '../../charts/differing.ts';
import { namedChart } from '../../charts/names.ts';
import { parallelOf } from '../../charts/drawable/parallel.ts';
import { parallelOption } from '../../charts/drawing/parallel-option.ts';
import { outcomesOf, scatterOption } from '../../charts/drawable/scatter.ts';
import type { ChartSpec } from '../../charts/spec.ts';
import { pageStyle } from '../../charts/style.ts';
import type { Curve } from '../tables/curves.ts';
import { drawSvg } from '../charts/drawing.ts';
import { sharedPlan } from '../charts/shared-plan.ts';

/** A chart as SVG text that takes its colours from the page's CSS variables. */
export interface ReportChart {
  readonly title: string;
  readonly svg: string;
}

const charts = {
  'Accuracy by epoch': 'accuracy-epoch',
  'Accuracy by bytes': 'accuracy-bytes',
  'Bytes by epoch': 'bytes-epoch',
  'Bytes by time': 'bytes-time',
  'Accuracy against bytes': 'pareto',
} as const;

const [width, height] = [720, 400];

/** The charts of a report, with the seeds of an experiment as bands; none before the first epoch. */
export function reportCharts(curves: readonly Curve[]): ReportChart[] {
  const trainings = curves.filter(({ epochs }) => epochs.length > 0).map(trainingOf);
  if (trainings.length === 0) return [];
  const plan = sharedPlan(curves.map(({ run }) => run));
  const drawn = Object.entries(charts).map(([title, name]) => {
    return { title, svg: draw(trainings, plan, namedChart(name)!) };
  });
  const parallel = drawParallel(curves, trainings);
  return [...drawn, ...(parallel ? [{ title: 'Settings and results', svg: parallel }] : [])].map(({ title, svg }) => ({
    title,
    svg: accessible(svg, title),
  }));
}

/** null where there is nothing that differs. */
function drawParallel(curves: readonly Curve[], trainings: readonly TrainingData[]): string | null {
  const runs = [...new Map(curves.map(({ run }) => [run.id, run.experiment]))];
  const settings = differingSettings(runs.map(([, experiment]) => experiment));
  if (settings.length === 0) return null;
  const data = parallelOf(trainings, { runs: runs.map(([id]) => id), settings }, true);
  return drawSvg(parallelOption(data, null, pageStyle(width, 13)), width, height);
}

function trainingOf({ run, training, label, family, epochs }: Curve): TrainingData {
  return { id: `${run.id}/${training}`, run: run.id, training, label, family, seed: run.seed, steps: noSteps, epochs };
}

function draw(trainings: readonly TrainingData[], plan: PlanData | null, chart: ChartSpec): string {
  const style = pageStyle(width, 13);
  if (chart.kind === 'scatter')
    return drawSvg(scatterOption(outcomesOf(trainings, chart), chart, style), width, height);
  if (chart.kind !== 'lines') throw new Error(`No ${chart.kind} in a report.`);
  const { lines, planned } = withPlan(linesOf(trainings, chart), plan, chart);
  return drawSvg(lineOption(sampleLines(lines, width, null, chart.logX), chart, style, { planned }), width, height);
}

/** Says what the picture is to those who do not see it, and lets it shrink with the page. */
function accessible(svg: string, title: string): string {
  return svg.replace(/<svg width="\d+" height="\d+"/, `<svg role="img" aria-label="${title}"`);
}
