import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { use } from 'echarts/core';
import { chartKinds } from '../kinds/table.ts';

/** Makes known to ECharts what the options of all charts are made of. Renderers and interaction are the caller's. */
export function registerCharts(): void {
  use([GridComponent, LegendComponent, TitleComponent, ...chartKinds.flatMap(({ parts }) => parts)]);
}
