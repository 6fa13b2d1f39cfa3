import type { EChartsCoreOption } from 'echarts/core';
import { axisQuantities, extentOf, metricQuantities, xAxis, yAxis, type Quantity } from '../axes.ts';
import type { FamilyLine } from '../drawable/family.ts';
import { formatBudget, formatCount, formatSeconds } from '../formats.ts';
import type { FamilyChartSpec } from '../kinds/family.ts';
import type { ChartStyle } from '../style.ts';
import { frame, grid, legend } from './frame.ts';
import { lookOf } from './palette.ts';

/** A line for each set through its pairs, each named by its budget. */
export function familyOption(
  lines: readonly FamilyLine[],
  spec: FamilyChartSpec,
  style: ChartStyle,
): EChartsCoreOption {
  const points = lines.flatMap((line) => line.points);
  const costs = Float64Array.from(points, ({ cost }) => cost);
  const accuracies = Float64Array.from(points, ({ pair }) => pair.testAccuracy);
  const entries = lines.map(({ set, look }) => ({ name: set, look: lookOf(look, style.palette, style.lineWidth) }));
  const top = legend(style.selfContained && entries.length > 1 ? entries : [], style);
  return {
    ...frame(style),
    legend: top.option,
    // The names of the points stand above them.
    grid: grid(style, top.room, style.fontSize),
    xAxis: { ...xAxis(costQuantity(spec), style, spec.logX, extentOf([costs], spec.logX)), boundaryGap: ['4%', '6%'] },
    yAxis: { ...yAxis(gained, style, false, extentOf([accuracies], false)), boundaryGap: ['8%', '8%'] },
    series: lines.map((line) => series(line, style)),
  };
}

const gained: Quantity = { ...metricQuantities.accuracy, name: 'Test accuracy' };

function costQuantity({ x, codec, compute }: FamilyChartSpec): Quantity {
  if (x === 'bytes') return { ...axisQuantities.bytes, name: `Bytes of a request, ${codec}` };
  if (x === 'latency')
    return { name: `${compute ? 'Latency' : 'Network latency'}, ${codec}`, format: formatSeconds, fromZero: false };
  return { name: 'Multiply-adds on the device', format: formatCount, fromZero: false };
}

function series({ set, look, points }: FamilyLine, style: ChartStyle): object {
  const { palette, lineWidth, fontSize, fontFamily, text, ground } = style;
  const { colour, dash, symbol } = lookOf(look, palette, lineWidth);
  return {
    type: 'line',
    id: `set/${set}`,
    name: set,
    z: 3,
    clip: false,
    data: points.map(({ pair, cost }) => ({ name: formatBudget(pair.budget), value: [cost, pair.testAccuracy] })),
    symbol,
    symbolSize: 0.75 * fontSize,
    showAllSymbol: true,
    itemStyle: { color: colour, borderColor: ground, borderWidth: lineWidth / 2 },
    lineStyle: { color: colour, width: lineWidth / 1.5, type: dash.length > 0 ? dash : 'solid' },
    label: {
      show: true,
      position: 'top',
      distance: 0.3 * fontSize,
      formatter: '{b}',
      color: text,
      fontSize: 0.9 * fontSize,
      fontFamily,
      // Lines of other sets go behind it.
      textBorderColor: ground,
      textBorderWidth: 0.25 * fontSize,
    },
    labelLayout: { hideOverlap: true },
    emphasis: { focus: 'series' },
    blur: { lineStyle: { opacity: 0.15 }, itemStyle: { opacity: 0.15 } },
  };
}
