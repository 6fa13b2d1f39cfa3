import type { EChartsCoreOption } from 'echarts/core';
import { axisQuantities, extentOf, xAxis, type Quantity } from '../axes.ts';
import type { FrontierData, FrontierRow, RawImages } from '../drawable/frontier.ts';
import { formatBudget, formatBytes } from '../formats.ts';
import type { FrontierChartSpec } from '../kinds/frontier.ts';
import type { ChartStyle } from '../style.ts';
import { frame, grid, noRoom } from './frame.ts';
import { lookIn } from './palette.ts';

/** More rows than these would have their names over one another; the table has all. */
const mostRows = 6;

/** A row for each family, the cheapest on top: the mean of its seeds, from the least to the most of them, beside the raw images. */
export function frontierOption(
  { rows, raw, problem }: FrontierData,
  spec: FrontierChartSpec,
  style: ChartStyle,
): EChartsCoreOption {
  const known = problem === null ? rows.filter(({ level }) => level !== null) : [];
  const drawn = known.slice(0, mostRows);
  const places = [...drawn.flatMap(({ bytes, sent }) => (bytes ? [bytes.least, bytes.most] : [sent]))];
  const extent = extentOf([Float64Array.from([...places, ...raw.map(({ bytes }) => bytes)])], spec.logX);
  return {
    ...frame(style),
    legend: { show: false },
    // The raw images are named above the rows.
    grid: grid(style, noRoom, 1.2 * style.fontSize),
    xAxis: { ...xAxis(quantityOf(spec, known), style, spec.logX, extent), boundaryGap: ['2%', '8%'] },
    yAxis: rowAxis(drawn, style),
    series: [
      ...raw.map((each, i) => rawSeries(each, i, drawn.length, style)),
      ...drawn.flatMap((row, i) => rowSeries(row, i, isRight(row, extent, spec), style)),
    ],
  };
}

function quantityOf({ margin }: FrontierChartSpec, rows: readonly FrontierRow[]): Quantity {
  const whose = rows.some(({ baseline }) => rows.find((row) => row.family === baseline)?.hasModule === false)
    ? 'the baseline'
    : 'the full budget';
  const some = rows.length > mostRows ? `; the first ${mostRows} of ${rows.length}` : '';
  return { ...axisQuantities.bytes, name: `Bytes to ${whose} −${margin} points${some}` };
}

function rowAxis(rows: readonly FrontierRow[], { fontSize, fontFamily, text, faint }: ChartStyle): object {
  const at = rows.map((_, i) => i);
  return {
    type: 'value',
    inverse: true,
    min: -0.6,
    max: Math.max(0, rows.length - 1) + 0.6,
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { show: false },
    axisLabel: {
      customValues: at,
      formatter: (place: number) => {
        const row = rows[place];
        return row ? `${row.family}\n{how|${row.codecs} · ${formatBudget(row.budget)}}` : '';
      },
      rich: { how: { color: faint, fontSize: 0.8 * fontSize, fontFamily } },
      color: text,
      fontSize,
      fontFamily,
      width: 16 * fontSize,
      overflow: 'truncate',
      lineHeight: 1.2 * fontSize,
    },
  };
}

/** Whether a row lies in the right half, so that its words stand to the left of it. */
function isRight(
  { bytes, sent }: FrontierRow,
  [least, most]: readonly [number, number],
  { logX }: FrontierChartSpec,
): boolean {
  const place = bytes?.mean ?? sent;
  return place > (logX ? Math.sqrt(least * most) : (least + most) / 2);
}

function rawSeries({ dataset, bytes }: RawImages, index: number, rows: number, style: ChartStyle): object {
  const { faint, text, lineWidth, fontSize, fontFamily, ground } = style;
  const top = -0.6;
  return {
    type: 'line',
    id: `raw/${index}`,
    name: `raw images of ${dataset}`,
    z: 1,
    silent: true,
    clip: false,
    symbol: 'none',
    data: [
      [bytes, rows - 0.4],
      [bytes, top],
    ],
    lineStyle: { color: faint, width: lineWidth / 1.5, type: [3 * lineWidth, 2 * lineWidth] },
    emphasis: { disabled: true },
    endLabel: {
      show: true,
      formatter: `raw images once, ${formatBytes(bytes)}`,
      color: text,
      fontSize: 0.9 * fontSize,
      fontFamily,
      align: 'center',
      verticalAlign: 'bottom',
      offset: [-5, -0.6 * fontSize],
      textBorderColor: ground,
      textBorderWidth: 0.25 * fontSize,
    },
  };
}

/** The mean with what the seeds span; hollow, at all that was sent, where none got there. */
function rowSeries(
  { id, family, look, bytes, sent, seeds }: FrontierRow,
  place: number,
  isRight: boolean,
  style: ChartStyle,
): object[] {
  const { colour, symbol } = lookIn(style, look, family);
  const { fontSize, fontFamily, lineWidth, ground, text } = style;
  const label = bytes
    ? `${formatBytes(bytes.mean)}${bytes.count < seeds ? `, ${bytes.count} of ${seeds} seeds` : ''}`
    : `not reached with ${formatBytes(sent)}`;
  const point = {
    type: 'scatter',
    id: `frontier/${id}`,
    name: family,
    z: 3,
    clip: false,
    data: [{ id, name: family, value: [bytes?.mean ?? sent, place] }],
    symbol: bytes ? symbol : 'emptyCircle',
    symbolSize: 0.9 * fontSize,
    itemStyle: { color: colour, ...(bytes && { borderColor: ground, borderWidth: lineWidth / 2 }) },
    label: {
      show: true,
      position: 'top',
      align: isRight ? 'right' : 'left',
      distance: 0.25 * fontSize,
      formatter: label,
      color: text,
      fontSize: 0.85 * fontSize,
      fontFamily,
      textBorderColor: ground,
      textBorderWidth: 0.25 * fontSize,
    },
    emphasis: { focus: 'series' },
  };
  if (!bytes || bytes.count < 2) return [point];
  const span = {
    type: 'line',
    id: `span/${id}`,
    name: family,
    z: 2,
    silent: true,
    symbol: ['rect', 'rect'],
    showSymbol: true,
    symbolSize: [lineWidth, 0.7 * fontSize],
    data: [
      [bytes.least, place],
      [bytes.most, place],
    ].map((value) => ({ value, symbol: 'rect' })),
    itemStyle: { color: colour },
    lineStyle: { color: colour, width: lineWidth },
    emphasis: { disabled: true },
  };
  return [span, point];
}
