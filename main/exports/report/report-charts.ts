import { testSet } from '../../charts/test-sets.ts';
import { noSteps, type TrainingData } from '../../charts/data.ts';
import { chartKinds } from '../../charts/kinds/table.ts';
import { pageStyle } from '../../charts/style.ts';
import type { Store } from '../../runs/store/store.ts';
import { chartOf, optionOf } from '../charts/chart.ts';
import { bitmap, drawSvg } from '../charts/drawing.ts';
import { drawable } from '../charts/provide.ts';
import type { Curve } from '../tables/curves.ts';

/** A chart as SVG text that takes its colours from the page's CSS variables. */
export interface ReportChart {
  readonly title: string;
  readonly svg: string;
}

const [width, height] = [720, 400];

/** The charts of a report that there is something to draw for, the seeds of an experiment as bands. */
export function reportCharts(store: Store, curves: readonly Curve[]): ReportChart[] {
  const trainings = curves.map(trainingOf);
  const runs = [...new Map(curves.map(({ run }) => [run.id, run])).values()];
  const style = pageStyle(width, 13, { bitmap });
  return chartKinds.flatMap(({ charts, paper }) =>
    Object.entries(paper.report ?? {}).flatMap(([name, title]) => {
      const chart = drawable(() => chartOf(store, trainings, charts[name], { runs }));
      if (!chart) return [];
      return [{ title, svg: accessible(drawSvg(optionOf(chart, style), width, height), title) }];
    }),
  );
}

/** What a report is made from are ends of epochs. */
function trainingOf({ run, training, label, family, epochs }: Curve): TrainingData {
  const { id, seed, experiment } = run;
  const tested = testSet(experiment);
  return { id: `${id}/${training}`, run: id, training, label, family, seed, testSet: tested, steps: noSteps, epochs };
}

/** Says what the picture is to those who do not see it, and lets it shrink with the page. */
function accessible(svg: string, title: string): string {
  return svg.replace(/<svg width="\d+" height="\d+"/, `<svg role="img" aria-label="${title}"`);
}
