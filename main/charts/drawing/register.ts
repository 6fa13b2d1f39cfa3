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

/** Makes known to ECharts what the options of this folder are made of. Renderers and interaction are the caller's. */
export function registerCharts(): void {
  use([LineChart, ScatterChart, CustomChart, ParallelChart, GridComponent, ParallelComponent, LegendComponent]);
  use([TitleComponent, GraphicComponent, MarkAreaComponent, MarkLineComponent, LabelLayout]);
}
