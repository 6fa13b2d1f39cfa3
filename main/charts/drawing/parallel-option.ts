import type { EChartsCoreOption } from 'echarts/core';
import { frame, legend } from './frame.ts';
import { lookIn, type Look } from './palette.ts';
import type { ParallelAxis, ParallelData, ParallelRow } from '../drawable/parallel.ts';
import type { ParallelChartSpec } from '../kinds/parallel.ts';
import type { ChartStyle } from '../style.ts';
import { labelledTicks, logarithmicTicks } from '../ticks.ts';

/**
 * Trainings as lines through one axis for each setting and result. Lines that are not brushed are faint; null lets all
 * of them stand out, as in the window, where ECharts brushes.
 */
export function parallelOption(
  data: ParallelData,
  brushed: ParallelChartSpec['brushed'],
  style: ChartStyle,
): EChartsCoreOption {
  const { selfContained } = style;
  const lines = data.rows.map((row) => ({ ...row, name: row.label, look: lookIn(style, row.look, row.label) }));
  // Axes have names and labels at all sides: there is room above alone.
  const top = legend(selfContained ? lines : [], style.legend === 'none' ? style : { ...style, legend: 'top' });
  return {
    ...frame(style),
    legend: top.option,
    ...axesOption(data, style, top.room.top),
    series: [lineSeries(lines, brushed, style), ...(selfContained ? lines.map(legendSeries) : [])],
    ...(selfContained ? { grid: { show: false }, xAxis: { show: false }, yAxis: { show: false } } : {}),
  };
}

/** Names and labels stand to the right of their axis, among the lines: each has the room to the next axis. */
function axesOption({ axes, rows }: ParallelData, style: ChartStyle, above: number): object {
  const { fontSize, width, measure } = style;
  const labels = axes.map((axis, dim) => labelsOf(axis, rows.map(({ values }) => values[dim]).filter(Number.isFinite)));
  const wide = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => measure(text, fontSize)));
  const last = axes.length - 1;
  const [left, right] = [fontSize / 2, Math.min(width / 4, wide([axes[last].name, ...labels[last].texts])) + fontSize];
  const room = (width - left - right) / Math.max(1, last);
  // Where names are wider than that, every second one stands above its neighbours.
  const staggered = axes.slice(0, -1).some(({ name }) => measure(name, fontSize) > room - fontSize / 2);
  return {
    parallel: {
      left,
      right,
      top: above + (staggered ? 4.2 : 2.6) * fontSize,
      bottom: fontSize,
      parallelAxisDefault: axisDefault(style),
    },
    parallelAxis: axes.map(({ name, format, categories }, dim) => ({
      id: name,
      dim,
      name,
      nameLocation: 'end',
      nameGap: (staggered && dim % 2 === 1 ? 2.6 : 1) * fontSize,
      nameTruncate: { maxWidth: dim === last ? right : (staggered ? 2 : 1) * room - fontSize / 2 },
      ...labels[dim].scale,
      axisLabel: {
        ...(categories
          ? { formatter: (text: string) => wrapped(text, room - fontSize, style), width: room - fontSize }
          : { formatter: format, customValues: labels[dim].values }),
      },
    })),
  };
}

/** A list in lines of that width. */
function wrapped(text: string, width: number, { measure, fontSize }: ChartStyle): string {
  return text.split(', ').reduce((lines, word) => {
    const line = `${lines.slice(lines.lastIndexOf('\n') + 1)}, ${word}`;
    return measure(line, fontSize) > width ? `${lines},\n${word}` : `${lines}, ${word}`;
  });
}

/** More different values than this are told by round numbers instead. */
const mostExact = 6;

/** The scale of an axis with the labels on it: names, the very values while they are few, or round numbers. */
function labelsOf(
  { categories, logarithmic, format }: ParallelAxis,
  values: readonly number[],
): { scale: object; values?: number[]; texts: readonly string[] } {
  if (categories) return { scale: { type: 'category', data: categories }, texts: categories };
  const exact = [...new Set(values)].sort((a, b) => a - b);
  const [least, most] = [exact[0] ?? 0, exact.at(-1) ?? 1];
  const texts = exact.map(format);
  const type = logarithmic ? 'log' : 'value';
  if (exact.length <= mostExact) {
    const ends = most > least ? beyond(least, most, logarithmic) : { scale: true };
    return { scale: { type, ...ends }, values: exact, texts };
  }
  if (!logarithmic) return { scale: { type, scale: true }, texts };
  const ticks = logarithmicTicks(least, most);
  return { scale: { type, min: ticks[0], max: ticks.at(-1) }, values: labelledTicks(ticks), texts };
}

/** A little more than the values, so that lines along an end are not cut in half. */
function beyond(least: number, most: number, logarithmic: boolean): { min: number; max: number } {
  const share = 0.01;
  if (logarithmic) return { min: least * (least / most) ** share, max: most * (most / least) ** share };
  return { min: least - share * (most - least), max: most + share * (most - least) };
}

function axisDefault({ ground, text, faint, fontSize, fontFamily, lineWidth, selfContained }: ChartStyle): object {
  const halo = { textBorderColor: ground, textBorderWidth: fontSize / 4 };
  return {
    nameTextStyle: { color: text, fontSize, fontFamily, fontWeight: 600, align: 'left', padding: 0 },
    axisLabel: {
      color: text,
      fontSize: 0.9 * fontSize,
      lineHeight: fontSize,
      fontFamily,
      hideOverlap: true,
      overflow: 'truncate',
      // Beside the area that may be chosen on the axis.
      margin: (selfContained ? 0.5 : 0.8) * fontSize,
      ...halo,
    },
    axisLine: { lineStyle: { color: faint, width: lineWidth / 2 } },
    axisTick: { show: false },
    areaSelectStyle: {
      width: 1.2 * fontSize,
      color: text,
      opacity: 0.2,
      borderColor: text,
      borderWidth: lineWidth / 2,
    },
  };
}

interface DrawnLine extends Omit<ParallelRow, 'look'> {
  readonly name: string;
  readonly look: Look;
}

function lineSeries(
  lines: readonly DrawnLine[],
  brushed: ParallelChartSpec['brushed'],
  { lineWidth }: ChartStyle,
): object {
  return {
    type: 'parallel',
    id: 'trainings',
    inactiveOpacity: 0.2,
    lineStyle: { width: lineWidth },
    emphasis: { focus: 'self', lineStyle: { width: 2 * lineWidth, opacity: 1 } },
    blur: { lineStyle: { opacity: 0.12 } },
    data: lines.map(({ id, name, look, values }) => ({
      id,
      name,
      value: values.map((value) => (Number.isNaN(value) ? '-' : value)),
      lineStyle: { ...strokeOf(look), opacity: !brushed || brushed.includes(id) ? 0.9 : 0.12 },
    })),
  };
}

/** Draws nothing: a legend shows how lines look only for series of this kind. */
function legendSeries({ id, name, look }: DrawnLine): object {
  return { type: 'line', id: `legend/${id}`, name, data: [], lineStyle: strokeOf(look), itemStyle: { opacity: 0 } };
}

function strokeOf({ colour, dash }: Look): object {
  return { color: colour, type: dash.length > 0 ? dash : 'solid' };
}
