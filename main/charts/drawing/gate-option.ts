import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from 'echarts';
import type { EChartsCoreOption } from 'echarts/core';
import { axisQuantities, bounded, xAxis, yAxis } from '../axes.ts';
import { isKept, mapRows, type GateData } from '../drawable/gates.ts';
import type { MapOrder } from '../kinds/gates.ts';
import type { ChartStyle } from '../style.ts';
import { gradient, mixed } from './colours.ts';
import { frame, grid, noRoom } from './frame.ts';

/**
 * A heat map of the gate: a row for each map, a column for each moment, the stronger the colour the wider the gate is
 * open; maps that were sent are coloured, those held back grey. Where the most sent are on top a line shows the budget.
 */
export function gateOption(gates: GateData, order: MapOrder, style: ChartStyle): EChartsCoreOption {
  const { steps, maps } = gates;
  const [first, last] = [steps[0] ?? 0, steps[steps.length - 1] ?? 1];
  const half = steps.length > 1 ? (last - first) / (steps.length - 1) / 2 : 0.5;
  const range = { min: Math.max(0, Math.floor(first - half)), max: Math.ceil(last + half) };
  const rows = { ...axisNames[order], format: String, fromZero: true };
  const quarters = [0, 1, 2, 3, 4].map((quarter) => Math.round((maps * quarter) / 4));
  const axis = yAxis(rows, style, false, [0, maps]);
  const key = colourKey(style);
  return {
    ...frame(style),
    legend: { show: false },
    graphic: key.elements,
    grid: grid(style, noRoom, key.height),
    xAxis: bounded(xAxis(axisQuantities.step, style, false, [range.min, range.max]), range.min, range.max),
    yAxis: {
      ...axis,
      axisLabel: { ...axis.axisLabel, customValues: quarters },
      min: 0,
      max: maps,
      inverse: true,
      splitLine: { show: false },
      ...(style.selfContained ? {} : { name: 'Maps', nameLocation: 'middle', nameRotate: 90, nameGap: 34 }),
    },
    series: [
      imageSeries(gates, mapRows(gates, order), range, style),
      ...(order === 'sent' ? [budgetSeries(gates, range, style)] : []),
    ],
  };
}

const axisNames: Readonly<Record<MapOrder, { readonly name: string }>> = {
  sent: { name: 'Maps, most often sent first' },
  number: { name: 'Map' },
};

function imageSeries(
  gates: GateData,
  rows: readonly number[],
  { min, max }: { readonly min: number; readonly max: number },
  style: ChartStyle,
): object {
  const { maps } = gates;
  let image: object | null = null;
  const renderItem = (_: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI): object => {
    const [left, top] = api.coord([min, 0]);
    const [right, bottom] = api.coord([max, maps]);
    image ??= paint(gates, rows, style);
    return { type: 'image', style: { image, x: left, y: top, width: right - left, height: bottom - top } };
  };
  const data = gates.steps.length === 0 ? [] : [[min, 0]];
  return { type: 'custom', id: 'gates', name: 'f', renderItem, data, clip: true, silent: true, z: 1 };
}

/** Cells as blocks of pixels, as many as no screen or page shows: scaling it down keeps their edges sharp. */
const leastWidth = 1600;
const leastHeight = 1000;

function paint(gates: GateData, rows: readonly number[], style: ChartStyle): object {
  const { maps, steps, values } = gates;
  const moments = steps.length;
  const [across, down] = [Math.ceil(leastWidth / moments), Math.ceil(leastHeight / maps)];
  const width = moments * across;
  const pixels = new Uint8ClampedArray(width * maps * down * 4);
  const words = new Uint32Array(pixels.buffer);
  const { sent, held } = scales(style);
  rows.forEach((map, row) => {
    const start = row * down * width;
    for (let moment = 0; moment < moments; moment++) {
      const shade = Math.round(255 * Math.min(1, Math.max(0, values[moment * maps + map])));
      const colour = (isKept(gates, moment, map) ? sent : held)[shade];
      words.fill(colour, start + moment * across, start + (moment + 1) * across);
    }
    for (let line = 1; line < down; line++) words.copyWithin(start + line * width, start, start + width);
  });
  return style.bitmap(width, maps * down, pixels);
}

/** From shut to open, for maps that are sent and for those that are not. */
function ends({ ground, text, palette }: ChartStyle): { shut: string; sent: string; held: string } {
  return {
    shut: mixed(ground, text, 0.03),
    sent: mixed(palette[0], text, 0.15),
    held: mixed(ground, text, 0.5),
  };
}

function scales(style: ChartStyle): { sent: Uint32Array; held: Uint32Array } {
  const { shut, sent, held } = ends(style);
  return { sent: gradient(shut, sent), held: gradient(shut, held) };
}

/** Along the edges of the cells: a point at each corner. */
function budgetSeries(
  { steps, budgets, maps }: GateData,
  { min, max }: { readonly min: number; readonly max: number },
  { text, lineWidth }: ChartStyle,
): object {
  const heights = Array.from(budgets, (budget) => (Number.isNaN(budget) ? maps : budget));
  const edge = (moment: number): number => min + (moment / steps.length) * (max - min);
  const corners = heights.flatMap((height, i) =>
    i > 0 && height !== heights[i - 1]
      ? [
          [edge(i), heights[i - 1]],
          [edge(i), height],
        ]
      : [],
  );
  const ends = heights.length === 0 ? [] : [[min, heights[0]], ...corners, [max, heights[heights.length - 1]]];
  return {
    type: 'line',
    id: 'budget',
    name: 'budget',
    data: ends,
    showSymbol: false,
    silent: true,
    z: 2,
    lineStyle: { color: text, width: lineWidth },
    emphasis: { disabled: true },
  };
}

/** What the colours mean, above the drawing. */
function colourKey(style: ChartStyle): { elements: object[]; height: number } {
  const { fontSize, fontFamily, text, measure, title: heading } = style;
  const { shut, sent, held } = ends(style);
  const [width, gap, top] = [4 * fontSize, 0.5 * fontSize, heading === '' ? 0.3 * fontSize : 2.3 * fontSize];
  let left = 0.2 * fontSize;
  const elements: object[] = [];
  const word = (label: string, after: number): void => {
    const style = { text: label, fill: text, fontSize, fontFamily };
    elements.push({ type: 'text', x: left, y: top, style, silent: true });
    left += measure(label, fontSize) + after;
  };
  const entries = [
    { label: 'sent: f = 0', colour: sent },
    { label: 'held back: 0', colour: held },
  ];
  for (const { label, colour } of entries) {
    word(label, gap);
    const stops = [
      { offset: 0, color: shut },
      { offset: 1, color: colour },
    ];
    const fill = { type: 'linear', x: 0, y: 0, x2: 1, y2: 0, colorStops: stops };
    elements.push({ type: 'rect', x: left, y: top, shape: { width, height: fontSize }, style: { fill }, silent: true });
    left += width + gap;
    word('1', 3 * gap);
  }
  return { elements, height: 1.8 * fontSize };
}
