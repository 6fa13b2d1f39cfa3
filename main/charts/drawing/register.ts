import { CustomChart, LineChart, ParallelChart, ScatterChart } from 'echarts/charts';
import {
  GraphicComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  ParallelComponent,
  TitleComponent,
} from 'echarts/components';
import { use } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { chartKinds } from '../kinds/table.ts';

/** What kinds of charts may need of ECharts. They name it: whoever asks for charts without drawing them loads none of it. */
const known = {
  CustomChart,
  LineChart,
  ParallelChart,
  ScatterChart,
  GraphicComponent,
  MarkAreaComponent,
  MarkLineComponent,
  ParallelComponent,
  LabelLayout,
};

export type EChartsPart = keyof typeof known;

/** Makes known to ECharts what the options of all charts are made of. Renderers and interaction are the caller's. */
export function registerCharts(): void {
  const needed = chartKinds.flatMap(({ parts }) => parts.map((name) => known[name]));
  use([GridComponent, LegendComponent, TitleComponent, ...needed]);
}
