import * as echarts from 'echarts';
import { expect, it } from 'vitest';
import { frame, legend } from '../../../main/charts/drawing/frame.ts';
import { lookOf, palettes } from '../../../main/charts/drawing/palette.ts';
import { screenStyle, type ChartStyle } from '../../../main/charts/style.ts';

const names = ['deprune', 'full budget', 'high compression', 'from scratch, 32 maps'];

const entries = names.map((name, i) => ({ name, look: lookOf(i, palettes.light, 1) }));

/** Where ECharts puts the names in a legend, from the top. */
function heightsOf(style: ChartStyle): number[] {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: style.width, height: 300 });
  const series = names.map((name) => ({ type: 'line', name, data: [] }));
  chart.setOption({ ...frame(style), legend: legend(entries, style).option, xAxis: {}, yAxis: {}, series });
  const texts = chart.renderToSVGString().matchAll(/<text[^>]*translate\([\d.]+ ([\d.]+)\)"[^>]*>([^<]*)/g);
  chart.dispose();
  return [...texts].filter(([, , text]) => names.includes(text)).map(([, top]) => Number(top));
}

it('a legend takes the room of all rows that ECharts needs for it', () => {
  for (let width = 160; width < 700; width += 3) {
    const style = { ...screenStyle('light', width, 'sans-serif'), selfContained: true };
    const middles = heightsOf(style);
    expect(middles).toHaveLength(names.length);
    expect(legend(entries, style).room.top, `${width} px`).toBeGreaterThanOrEqual(Math.max(...middles));
  }
});
