import { chartKinds } from '../../charts/kinds/table.ts';
import { pageStyle } from '../../charts/style.ts';
import type { Store } from '../../runs/store/store.ts';
import { chartOf, optionOf } from '../charts/chart.ts';
import { bitmap, drawSvg } from '../charts/drawing.ts';
import { drawable } from '../charts/provide.ts';
import type { Curve } from '../tables/curves.ts';

/** A chart as SVG text that takes its colours from the page's CSS variables. */
export interface ReportChart {
  readonly name: string;
  readonly title: string;
  readonly svg: string;
}

const [width, height] = [720, 400];

/** The charts of a report that there is something to draw for, the seeds of an experiment as bands. */
export function reportCharts(store: Store, curves: readonly Curve[]): ReportChart[] {
  // What a report is made from are ends of epochs.
  const trainings = curves.map(({ training }) => training);
  const runs = [...new Map(curves.map(({ run }) => [run.id, run])).values()];
  const style = pageStyle(width, 13, { bitmap });
  return chartKinds.flatMap(({ charts, paper }) =>
    Object.entries(paper.report ?? {}).flatMap(([name, title]) => {
      const chart = drawable(() => chartOf(store, trainings, charts[name], { runs }));
      if (!chart) return [];
      return [{ name, title, svg: accessible(drawSvg(optionOf(chart, style), width, height), title) }];
    }),
  );
}

/** Says what the picture is to those who do not see it, and lets it shrink with the page. */
function accessible(svg: string, title: string): string {
  return svg.replace(/<svg width="\d+" height="\d+"/, `<svg role="img" aria-label="${title}"`);
}
