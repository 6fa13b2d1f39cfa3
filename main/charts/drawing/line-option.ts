import type { EChartsCoreOption } from 'echarts/core';
import {
  axisQuantities,
  bounded,
  counted,
  extentOf,
  limited,
  metricQuantities,
  xAxis,
  xExtent,
  yAxis,
} from '../axes.ts';
import { bandWords } from '../spec.ts';
import { frame, grid, legend, type LegendEntry } from './frame.ts';
import { marksPoints, sharePhases, thinnedLines, type SampledLine } from '../drawable/lines.ts';
import type { PlannedLine } from '../drawable/plan.ts';
import { lookIn, type Look } from './palette.ts';
import { markSeries, phaseSeries } from './phases.ts';
import { ribbonSeries } from './ribbon.ts';
import { interleave } from '../drawable/sample.ts';
import type { LineChartSpec, LinesData } from '../kinds/lines.ts';
import type { ChartStyle } from '../style.ts';

type DrawnLines = Pick<LinesData, 'lines' | 'planned' | 'range'>;

/** A chart of lines as an ECharts option. Its series have ids, so that one option can take the place of another. */
export function lineOption(data: DrawnLines, spec: LineChartSpec, style: ChartStyle): EChartsCoreOption {
  const lines = thinnedLines(data, spec, style);
  const entries = [...legendEntries(lines, data.planned, style), ...bandEntry(lines, spec, style)];
  const place = legend(style.selfContained ? entries : [], style);
  const above = spec.phases && sharePhases(lines) && lines[0]?.phases.length > 1 ? style.fontSize : 0;
  return {
    ...frame(style),
    legend: place.option,
    grid: grid(style, place.room, above),
    ...lineAxes(lines, spec, style, data),
    series: lineSeries(lines, spec, style, data),
  };
}

function lineAxes(
  lines: readonly SampledLine[],
  { metric, x, logX, logY, yRange }: LineChartSpec,
  style: ChartStyle,
  { planned, range }: DrawnLines,
): { xAxis: object; yAxis: object } {
  const [first, last] = range ?? xExtent([...lines, ...planned], logX);
  const quantity = axisQuantities[x];
  const horizontal = xAxis(quantity, style, logX, [first, last]);
  const counts = quantity.isWhole && horizontal['type'] !== 'log' && lines.length > 0;
  const vertical = metricQuantities[metric];
  return {
    xAxis: counts
      ? counted(horizontal, range ? first : Math.min(0, first), last)
      : range
        ? bounded(horizontal, first, last)
        : horizontal,
    yAxis: yRange
      ? limited(yAxis(vertical, style, logY, yRange), yRange)
      : yAxis(vertical, style, logY, drawnExtent(lines, planned, logY)),
  };
}

/** Least and greatest of the points that are drawn, which hold those of all that lie in the range. */
function drawnExtent(
  lines: readonly SampledLine[],
  planned: readonly PlannedLine[],
  logY: boolean,
): ReturnType<typeof extentOf> {
  const drawn = lines.flatMap(({ main, faint, ribbon }) => [
    main.points.filter((_, i) => i % 2 === 1),
    ...(faint ? [faint.points.filter((_, i) => i % 2 === 1)] : []),
    ...(ribbon ? [ribbon.filter((_, i) => i % 3 > 0)] : []),
  ]);
  return extentOf([...drawn, ...planned.map(({ y }) => y)], logY);
}

function lineSeries(
  lines: readonly SampledLine[],
  spec: LineChartSpec,
  style: ChartStyle,
  { planned, range }: DrawnLines,
): object[] {
  const [first, last] = xExtent([...lines, ...planned], spec.logX);
  const across = range ?? [spec.logX ? first : 0, last];
  return [
    ...(spec.phases && sharePhases(lines) ? [phaseSeries(lines[0].phases, style, across, spec.logX)] : []),
    ...planned.map((line, i) => plannedSeries(line, i, style)),
    ...lines.flatMap((line) =>
      line.ribbon ? [ribbonSeries(line, line.ribbon, look(line, style), !style.selfContained)] : [],
    ),
    ...lines.flatMap((line) => (line.faint ? [faintSeries(line, line.faint.points, style)] : [])),
    ...lines.map((line) => mainSeries(line, marksPoints(spec, line, lines), style)),
    ...(spec.phases && !sharePhases(lines) ? lines.flatMap((line) => markSeries(line, look(line, style), style)) : []),
    ...bandEntry(lines, spec, style).map(({ name }) => ({
      type: 'line',
      id: 'band',
      name,
      data: [],
      silent: true,
      itemStyle: { color: style.faint, opacity: 0.3 },
    })),
  ];
}

function look({ look: place, family }: Pick<SampledLine, 'look' | 'family'>, style: ChartStyle): Look {
  return lookIn(style, place, family);
}

/** What the bands are, said where the chart tells its lines apart itself. */
function bandEntry(lines: readonly SampledLine[], { band = 'range' }: LineChartSpec, style: ChartStyle): LegendEntry[] {
  if (!style.selfContained || !lines.some(({ ribbon }) => ribbon)) return [];
  return [{ name: bandWords[band], look: { colour: style.faint, dash: [], symbol: 'circle' }, icon: 'rect' }];
}

/** What there is to tell apart, the plan included; nothing where there is a single line. */
export function legendEntries(
  lines: readonly Pick<SampledLine, 'family' | 'look'>[],
  planned: readonly PlannedLine[],
  style: ChartStyle,
): { name: string; look: Look }[] {
  const first = new Map(lines.map((line) => [line.family, line] as const).reverse());
  const families = [...new Set(lines.map(({ family }) => family))];
  const plan = planned.find(({ name }) => name !== '');
  const entries = [
    ...families.map((name) => ({ name, look: look(first.get(name)!, style) })),
    ...(plan ? [{ name: plan.name, look: plannedLook(style) }] : []),
  ];
  return entries.length < 2 ? [] : entries;
}

function plannedLook({ text, lineWidth }: ChartStyle): Look {
  return { colour: text, dash: [3 * lineWidth, 2 * lineWidth], symbol: 'circle' };
}

function mainSeries(line: SampledLine, marked: boolean, style: ChartStyle): object {
  const { colour, dash, symbol } = look(line, style);
  const { lineWidth } = style;
  const isMarked = marked || line.main.points.length === 2;
  return {
    type: 'line',
    id: line.id,
    name: line.family,
    dimensions: ['x', 'y'],
    data: line.main.points,
    z: 3,
    symbol,
    symbolSize: 3.2 * lineWidth,
    showSymbol: isMarked,
    // A legend shows the symbols of all lines.
    itemStyle: { color: colour, opacity: isMarked ? 1 : 0 },
    lineStyle: { color: colour, width: lineWidth, type: dash.length > 0 ? dash : 'solid', join: 'round' },
    emphasis: { focus: 'series', lineStyle: { width: 1.6 * lineWidth } },
    blur: { lineStyle: { opacity: 0.15 }, itemStyle: { opacity: 0.15 } },
  };
}

function faintSeries(line: SampledLine, data: Float64Array, style: ChartStyle): object {
  const { colour } = look(line, style);
  return {
    type: 'line',
    id: `${line.id}/raw`,
    name: '',
    dimensions: ['x', 'y'],
    data,
    z: 2,
    silent: true,
    showSymbol: false,
    emphasis: { disabled: true },
    lineStyle: { color: colour, width: style.lineWidth / 2, opacity: 0.3 },
    itemStyle: { color: colour, opacity: 0 },
    blur: { lineStyle: { opacity: 0.05 } },
  };
}

function plannedSeries({ name, x, y }: PlannedLine, index: number, style: ChartStyle): object {
  const { colour, dash } = plannedLook(style);
  return {
    type: 'line',
    id: `planned/${index}`,
    name,
    dimensions: ['x', 'y'],
    data: interleave(x, y),
    z: 4,
    silent: true,
    showSymbol: false,
    emphasis: { disabled: true },
    itemStyle: { opacity: 0 },
    lineStyle: { color: colour, width: style.lineWidth / 2, type: dash },
  };
}
