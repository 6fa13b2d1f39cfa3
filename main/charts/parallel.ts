import type { EChartsCoreOption } from 'echarts/core';
import { textStyle, title } from './frame.ts';
import { lookOf } from './palette.ts';
import type { ChartStyle } from './style.ts';

/** One axis of parallel coordinates: a setting in which runs differ, or a result. */
export interface ParallelAxis {
  readonly name: string;
  readonly format: (value: number) => string;
  readonly logarithmic: boolean;
  /** Names of the places 0, 1, 2 …, for what is no number. */
  readonly categories: readonly string[] | null;
}

/** A training's line: a value for each axis, NaN where it has none. */
export interface ParallelRow {
  readonly id: string;
  readonly label: string;
  readonly look: number;
  readonly values: readonly number[];
}

/** An axis for values of any kind: numbers on a scale, anything else by name in the order it comes. */
export function parallelAxis(
  name: string,
  values: readonly unknown[],
  format: (value: number) => string = String,
  word: (value: unknown) => string = String,
): { axis: ParallelAxis; places: number[] } {
  if (values.every((value) => typeof value === 'number')) {
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return {
      axis: { name, format, logarithmic: least > 0 && most / least > 30, categories: null },
      places: [...values],
    };
  }
  const words = values.map(word);
  const categories = [...new Set(words)];
  return {
    axis: { name, format, logarithmic: false, categories },
    places: words.map((each) => categories.indexOf(each)),
  };
}

/** Trainings as lines through one axis for each setting and result. */
export function parallelOption(
  axes: readonly ParallelAxis[],
  rows: readonly ParallelRow[],
  style: ChartStyle,
): EChartsCoreOption {
  const { ground, text, faint, fontSize, fontFamily, lineWidth, palette } = style;
  const edge = 6 * fontSize;
  // Labels stand among the lines.
  const halo = { textBorderColor: ground, textBorderWidth: fontSize / 4 };
  return {
    animation: false,
    textStyle: textStyle(style),
    backgroundColor: style.ground,
    title: title(style),
    parallel: {
      ...{ left: edge, right: edge, top: 3.5 * fontSize, bottom: 2.4 * fontSize },
      parallelAxisDefault: {
        nameTextStyle: { color: text, fontSize, fontFamily },
        axisLabel: { color: text, fontSize: 0.9 * fontSize, fontFamily, hideOverlap: true, ...halo },
        axisLine: { lineStyle: { color: faint, width: lineWidth / 2 } },
        areaSelectStyle: {
          width: 1.4 * fontSize,
          color: text,
          borderColor: text,
          borderWidth: lineWidth / 2,
          opacity: 0.12,
        },
        axisTick: { lineStyle: { color: faint, width: lineWidth / 2 } },
      },
    },
    parallelAxis: axes.map(({ name, format, logarithmic, categories }, dim) => ({
      ...{ id: name, dim, name, nameLocation: 'end' },
      ...(categories
        ? { type: 'category', data: categories }
        : { type: logarithmic ? 'log' : 'value', scale: true, axisLabel: { formatter: format } }),
    })),
    series: [
      {
        ...{ type: 'parallel', id: 'trainings', inactiveOpacity: 0.06 },
        lineStyle: { width: lineWidth },
        emphasis: { focus: 'self', lineStyle: { width: 2 * lineWidth, opacity: 1 } },
        blur: { lineStyle: { opacity: 0.12 } },
        data: rows.map(({ id, label, look, values }) => {
          const { colour, dash } = lookOf(look, palette, lineWidth);
          const lineStyle = { color: colour, type: dash.length > 0 ? dash : 'solid', opacity: 0.9 };
          return { id, name: label, value: values.map((value) => (Number.isNaN(value) ? '-' : value)), lineStyle };
        }),
      },
    ],
  };
}
