import type { EChartsCoreOption } from 'echarts/core';
import { axisQuantities, extentOf, limited, metricQuantities, xAxis, yAxis, type Quantity } from '../axes.ts';
import { frontsOf, type Outcome } from '../drawable/scatter.ts';
import type { ScatterChartSpec } from '../kinds/scatter.ts';
import type { ChartStyle } from '../style.ts';
import { frame, grid, legend } from './frame.ts';
import { lookIn, type Look } from './palette.ts';

const costQuantities: Readonly<Record<ScatterChartSpec['x'], Quantity>> = {
  bytes: axisQuantities.bytes,
  time: axisQuantities.time,
  'bytes-per-sample': { ...axisQuantities.bytes, name: 'Traffic per training sample' },
  throughput: metricQuantities.throughput,
};

/** Points, a look for each family, and the Pareto front of each test set as steps: what is reached for at most so much. */
export function scatterOption(
  outcomes: readonly Outcome[],
  spec: ScatterChartSpec,
  style: ChartStyle,
): EChartsCoreOption {
  const costs = withMarks(
    outcomes.map(({ cost }) => cost),
    spec.marks?.x,
  );
  const gains = withMarks(
    outcomes.map(({ gain }) => gain),
    spec.marks?.y,
  );
  const families = familyLooks(outcomes, style);
  const fronts = frontsOf(outcomes, spec);
  const top = legend(style.selfContained ? families : [], style);
  return {
    ...frame(style),
    legend: {
      ...top.option,
      itemWidth: 0.8 * style.fontSize,
      itemHeight: 0.8 * style.fontSize,
      itemStyle: { opacity: 1 },
    },
    grid: grid(style, top.room),
    xAxis: { ...xAxis(costQuantities[spec.x], style, spec.logX, extentOf([costs], spec.logX)), boundaryGap: [0, '4%'] },
    yAxis: spec.yRange
      ? limited(yAxis(gainQuantities[spec.y], style, false, spec.yRange), spec.yRange)
      : { ...yAxis(gainQuantities[spec.y], style, false, extentOf([gains], false)), boundaryGap: ['6%', '6%'] },
    series: [
      ...markSeries(spec, style),
      ...fronts.map((front, i) => frontSeries(front, i, spec, style)),
      ...pointSeries(families, outcomes, fronts.flat(), style),
    ],
  };
}

const gainQuantities: Readonly<Record<ScatterChartSpec['y'], Quantity>> = {
  'best-accuracy': { ...metricQuantities.accuracy, name: 'Best test accuracy' },
  'last-accuracy': { ...metricQuantities.accuracy, name: 'Last test accuracy' },
};

interface FamilyLook {
  readonly name: string;
  readonly look: Look;
}

function familyLooks(outcomes: readonly Outcome[], style: ChartStyle): FamilyLook[] {
  const looks = new Map(outcomes.map(({ family, look }) => [family, look]));
  return [...looks].map(([name, look]) => ({ name, look: lookIn(style, look, name) }));
}

function frontSeries(
  front: readonly Outcome[],
  index: number,
  { x }: ScatterChartSpec,
  { faint, lineWidth }: ChartStyle,
): object {
  // What is had for at most so much, or with at least so many samples a second.
  const step = x === 'throughput' ? 'start' : 'end';
  return {
    type: 'line',
    id: index === 0 ? 'front' : `front/${index}`,
    name: 'Pareto front',
    step,
    z: 1,
    silent: true,
    showSymbol: false,
    data: front.map(({ cost, gain }) => [cost, gain]),
    emphasis: { disabled: true },
    lineStyle: { color: faint, width: lineWidth / 1.5, type: [3 * lineWidth, 2 * lineWidth] },
  };
}

/** With the marks among the values and the next one beyond them: those far away would leave the values little room. */
function withMarks(values: readonly number[], marks: readonly number[] = []): Float64Array {
  const most = Math.max(...values);
  const next = Math.min(...marks.filter((mark) => mark >= most));
  return Float64Array.from([...values, ...marks.filter((mark) => mark <= next)]);
}

/** Lines across the drawing at what is marked on its axes. */
function markSeries({ marks }: ScatterChartSpec, { faint, lineWidth }: ChartStyle): object[] {
  if (!marks) return [];
  const data = [...marks.x.map((xAxis) => ({ xAxis })), ...marks.y.map((yAxis) => ({ yAxis }))];
  const lineStyle = { color: faint, width: lineWidth / 2, type: [lineWidth, 2 * lineWidth], opacity: 0.8 };
  const markLine = { silent: true, symbol: 'none', label: { show: false }, lineStyle, data };
  return [{ type: 'line', id: 'marks', data: [], silent: true, z: 0, markLine }];
}

/** More families than this are drawn as one series: each costs its time, and none can be told from the others. */
const mostSeries = 60;

/** The outcomes, a series for each family; those on the front are larger and clear. */
function pointSeries(
  families: readonly FamilyLook[],
  outcomes: readonly Outcome[],
  best: readonly Outcome[],
  style: ChartStyle,
): object[] {
  const { lineWidth, fontSize, fontFamily, ground, text, selfContained } = style;
  const front = new Set(best.map(({ id }) => id));
  const looks = new Map(families.map(({ name, look }) => [name, look]));
  // The outermost names stand inwards, clear of the axes.
  const alignOf = (id: string): string => (id === best[0]?.id ? 'left' : id === best.at(-1)?.id ? 'right' : 'center');
  const point = ({ id, label, family, cost, gain }: Outcome): object => {
    const { colour, symbol } = looks.get(family)!;
    return {
      id,
      name: label,
      value: [cost, gain],
      symbol,
      symbolSize: (front.has(id) ? 1 : 0.75) * fontSize,
      itemStyle: { color: colour, opacity: front.has(id) ? 1 : 0.6 },
      // The window has no legend beside this chart: what stands on the front is named.
      label: { show: !selfContained && front.has(id), align: alignOf(id), formatter: () => family },
    };
  };
  const label = { position: 'top', distance: 0.3 * fontSize, color: text, fontSize: 0.9 * fontSize, fontFamily };
  const series = (name: string, own: readonly Outcome[]): object => ({
    type: 'scatter',
    id: `outcomes/${name}`,
    name,
    data: own.map(point),
    z: 3,
    clip: false,
    symbol: looks.get(name)?.symbol ?? 'circle',
    label,
    labelLayout: { hideOverlap: true, moveOverlap: 'shiftY' },
    itemStyle: { color: looks.get(name)?.colour ?? text, borderColor: ground, borderWidth: lineWidth / 2 },
    emphasis: { focus: 'series', scale: 1.4 },
    blur: { itemStyle: { opacity: 0.12 } },
  });
  if (families.length > mostSeries) return [series('', outcomes)];
  return families.map(({ name }) =>
    series(
      name,
      outcomes.filter(({ family }) => family === name),
    ),
  );
}
