import type { EChartsCoreOption } from 'echarts/core';
import type { GateHistory } from '../../api.ts';
import type { SourceView, TrainingData } from '../../charts/data.ts';
import { gateOption } from '../../charts/drawable/gates.ts';
import { lineOption } from '../../charts/drawing/line-option.ts';
import { differingSettings } from '../../charts/differing.ts';
import { chartLines, sampleLines } from '../../charts/drawable/lines.ts';
import type { Looks } from '../../charts/drawable/looks.ts';
import { isPlanned, withPlan, type PlanData } from '../../charts/drawable/plan.ts';
import { parallelOf, type Differences } from '../../charts/drawable/parallel.ts';
import { parallelOption } from '../../charts/drawing/parallel-option.ts';
import type { Range } from '../../charts/drawable/sample.ts';
import { outcomesOf, scatterOption } from '../../charts/drawable/scatter.ts';
import type { ChartSpec, PaperSpec } from '../../charts/spec.ts';
import { stepTimeOption, stepTimesOf } from '../../charts/drawable/step-time.ts';
import { paperStyle, points, type ChartStyle } from '../../charts/style.ts';
import { trainingsOf } from '../../charts/trainings.ts';
import { SluiceError } from '../../errors.ts';
import { runData } from './chart-data.ts';
import { bitmap, drawPdf, drawPng, drawSvg, fontList, measureText, unitsPerPoint } from './drawing.ts';
import type { Run } from '../../runs/store/run.ts';
import { sharedPlan } from './shared-plan.ts';
import type { Store } from '../../runs/store/store.ts';
import { gateHistory } from './gate-history.ts';

/** What a chart is made from: the trainings of runs, and their gates where the chart shows these. */
export interface ChartData {
  /** The colours of the trainings, where they are those of other charts. */
  readonly looks?: Looks;
  readonly trainings: readonly TrainingData[];
  readonly gates: GateHistory | null;
  readonly differences: Differences | null;
  /** What was planned, where the chart shows it. */
  readonly plan: PlanData | null;
  /** The data sources that the trainings are of. */
  readonly source: SourceView;
  /** The part of the x axis that is shown; all of it where it is null. */
  readonly range: Range | null;
}

/** More moments than a page has room for are not drawn. */
const moments = 400;
/** Points a millimetre, at three for each bucket of a line: finer than print. */
const bucketsPerMm = 8;

/** The trainings of runs with all their records. Throws `source-unknown`. */
export function readTrainings(store: Store, runs: readonly Run[], source: SourceView = 'all'): TrainingData[] {
  const lacking = runs.find(({ experiment: { sources } }) => typeof source === 'number' && source >= sources.count);
  if (lacking) {
    const { id, experiment } = lacking;
    const has = experiment.sources.count === 1 ? 'one data source' : `data sources 1 to ${experiment.sources.count}`;
    throw new SluiceError('source-unknown', `${id} has ${has}, not ${Number(source) + 1}.`, { path: 'source' });
  }
  return trainingsOf(
    runs.map((run) => runData(store, run)),
    source,
  );
}

/** What a chart of trainings shows; `step-time` and `gates` are about the first alone. Throws `nothing-to-draw`. */
export function chartData(
  store: Store,
  trainings: readonly TrainingData[],
  chart: ChartSpec,
  { range = null, source = 'all' }: Partial<Pick<ChartData, 'range' | 'source'>> = {},
): ChartData {
  const drawn = trainings.filter(({ steps, epochs }) => steps.step.length > 0 || epochs.length > 0);
  if (drawn.length === 0) {
    const names = [...new Set(trainings.map(({ run }) => run))].join(', ');
    throw nothingToDraw(`${names} has no records yet. Let it train for a while.`);
  }
  const data = { trainings: drawn, gates: null, differences: null, plan: null, range, source };
  switch (chart.kind) {
    case 'lines':
      return isPlanned(chart) ? { ...data, plan: sharedPlan(runsOf(store, drawn)) } : data;
    case 'scatter':
    case 'step-time':
      return data;
    case 'parallel':
      return { ...data, differences: differencesOf(store, drawn) };
    case 'gates':
      return { ...data, trainings: drawn.slice(0, 1), gates: gatesOf(store, drawn[0]) };
  }
}

function differencesOf(store: Store, trainings: readonly TrainingData[]): Differences {
  const runs = runsOf(store, trainings);
  const settings = differingSettings(runs.map(({ experiment }) => experiment));
  if (settings.length === 0)
    throw nothingToDraw('These runs are set alike. Choose runs that differ in their settings.');
  return { runs: runs.map(({ id }) => id), settings };
}

function runsOf(store: Store, trainings: readonly TrainingData[]): Run[] {
  return [...new Set(trainings.map(({ run }) => run))].map((run) => store.find(run));
}

function gatesOf(store: Store, { run, training }: TrainingData): GateHistory {
  const gates = gateHistory(store, store.find(run), training, moments);
  if (gates.maps === 0) throw nothingToDraw(`${run} has no gate: it trains without a compression module.`);
  return gates;
}

function nothingToDraw(message: string): SluiceError {
  return new SluiceError('nothing-to-draw', message, { path: 'runs' });
}

/** Draws a chart on paper. Throws `font-unknown`. */
export async function drawChart(
  data: ChartData,
  chart: ChartSpec,
  paper: PaperSpec,
  format: 'svg' | 'png' | 'pdf',
): Promise<Uint8Array> {
  const fontFamily = fontList(paper.fontFamily, format);
  const style = paperStyle({ ...paper, fontFamily }, measureText(fontFamily), format === 'svg' ? 1 : unitsPerPoint);
  const option = chartOption(data, chart, style, Math.round(paper.widthMm * bucketsPerMm));
  const [width, height] = [points(paper.widthMm), points(paper.heightMm)];
  switch (format) {
    case 'svg':
      return new TextEncoder().encode(inMillimetres(drawSvg(option, width, height), paper));
    case 'png':
      return drawPng(option, width, height, paper.dpi);
    case 'pdf':
      return drawPdf(option, width, height, paper.title);
  }
}

function chartOption(data: ChartData, chart: ChartSpec, style: ChartStyle, buckets: number): EChartsCoreOption {
  const { trainings, gates, differences, looks, plan, range, source } = data;
  switch (chart.kind) {
    case 'lines': {
      const { lines, planned } = withPlan(chartLines(trainings, chart, looks), plan, chart, source);
      return lineOption(sampleLines(lines, buckets, range, chart.logX), chart, style, { planned, range });
    }
    case 'scatter':
      return scatterOption(outcomesOf(trainings, chart, looks), chart, style);
    case 'parallel':
      return parallelOption(parallelOf(trainings, differences!, chart.seedsTogether, looks), chart.brushed, style);
    case 'gates':
      return gateOption(gates!, chart.order, style, bitmap);
    case 'step-time':
      return stepTimeOption(stepTimesOf(trainings[0], chart.x, 200, range ?? undefined), chart, style);
  }
}

/** The size on paper, so that a document takes the picture as large as it was drawn. */
function inMillimetres(svg: string, { widthMm, heightMm }: PaperSpec): string {
  return svg.replace(/^<svg ([^>]*?)width="[^"]*" height="[^"]*"/, (_, before: string) => {
    return `<svg ${before}width="${widthMm}mm" height="${heightMm}mm"`;
  });
}
