import { LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { EpochRecord } from '../training/records.ts';
import type { Curve } from './curves.ts';
import { formatBudget, formatBytes, formatDuration } from '../charts/formats.ts';

use([LineChart, GridComponent, LegendComponent, SVGRenderer]);

/** A chart as SVG text that takes its colours from the CSS variables of chartColours. */
export interface Chart {
  readonly title: string;
  readonly svg: string;
}

/** Okabe and Ito's colours for all kinds of colour vision, those too pale or dark for the ground replaced. */
const palettes = {
  light: ['#0072b2', '#d55e00', '#009e73', '#b0508a', '#b07800', '#3a8fc4', '#5a5a5a'],
  dark: ['#56b4e9', '#e8833a', '#22c394', '#dd9fc2', '#e6a91c', '#a5d4f2', '#b0b0b0'],
} as const;

/** Told apart without colour, too: solid, dashed, dotted, and so on, with a symbol each. */
const dashes = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 2], [12, 4], [2, 2, 6, 2]];
const symbols = ['circle', 'rect', 'triangle', 'diamond', 'roundRect', 'arrow', 'pin'];

/** The colours of text, lines and series, as the declarations of a CSS rule for a light or a dark page. */
export function chartColours(scheme: 'light' | 'dark'): string {
  const ground =
    scheme === 'light' ? ['#ffffff', '#1c1c1e', '#5f6368', '#e3e5e8'] : ['#16181c', '#ececf0', '#a4a8ae', '#34383e'];
  const names = ['ground', 'text', 'faint', 'grid'];
  return [
    ...ground.map((colour, i) => `--${names[i]}:${colour};`),
    ...palettes[scheme].map((colour, i) => `--series-${i}:${colour};`),
  ].join('');
}

interface Axis {
  readonly name: string;
  readonly format: (value: number) => string;
  readonly scale?: 'from-zero' | 'counted' | 'logarithmic';
}

const epochAxis: Axis = { name: 'epoch', format: String, scale: 'counted' };
const accuracyAxis: Axis = { name: 'test accuracy', format: (value) => `${Math.round(value * 100)} %` };
const bytesAxis: Axis = { name: 'bytes over the network', format: (bytes) => formatBytes(bytes).replace(/\.0+ /, ' ') };
const timeAxis: Axis = { name: 'time in training', format: formatDuration };

/** What a chart shows of an epoch: its place, and its budget where a new phase begins with it. */
interface Point {
  readonly at: readonly [x: number, y: number];
  readonly phase?: string;
}

type Place = (epoch: EpochRecord) => readonly [x: number, y: number];

/** The three charts of a report: accuracy by epoch, accuracy by bytes, bytes by time. */
export function drawCharts(curves: readonly Curve[]): Chart[] {
  const drawn = curves.filter(({ epochs }) => epochs.length > 0);
  if (drawn.length === 0) return [];
  const lines = (place: Place): Line[] => drawn.map((curve) => ({ curve, points: pointsOf(curve, place) }));
  const bytes = ({ bytesUp, bytesDown }: EpochRecord): number => bytesUp + bytesDown;
  const byTime = lines((epoch) => [epoch.seconds, bytes(epoch)]);
  return [
    draw(
      'Accuracy by epoch',
      epochAxis,
      accuracyAxis,
      lines(({ epoch, testAccuracy }) => [epoch + 1, testAccuracy]),
    ),
    draw(
      'Accuracy by bytes',
      { ...bytesAxis, scale: 'logarithmic' },
      accuracyAxis,
      lines((epoch) => [bytes(epoch), epoch.testAccuracy]),
    ),
    draw(
      'Bytes by time',
      timeAxis,
      bytesAxis,
      byTime.map(({ curve, points }) => ({ curve, points: [{ at: [0, 0] }, ...points] })),
    ),
  ];
}

interface Line {
  readonly curve: Curve;
  readonly points: readonly Point[];
}

function pointsOf({ epochs }: Curve, place: Place): Point[] {
  return epochs.map((epoch, i) => ({
    at: place(epoch),
    ...(i > 0 && epoch.phase !== epochs[i - 1].phase ? { phase: formatBudget(epoch.budget) } : {}),
  }));
}

const width = 720;
const height = 400;

function draw(title: string, x: Axis, y: Axis, lines: readonly Line[]): Chart {
  const members = lines.map(({ curve }) => curve.family);
  const families = [...new Set(members)];
  const across = lines.flatMap(({ points }) => points.map(({ at }) => at[0]));
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({
    animation: false,
    textStyle: { color: 'var(--text)', fontFamily: 'system-ui, sans-serif' },
    grid: { left: 76, right: 28, top: 24 + 24 * Math.ceil(families.length / 3), bottom: 52 },
    legend: { top: 4, itemWidth: 36, itemGap: 18, textStyle: { color: 'var(--text)' } },
    xAxis: { ...axis(x), ...extent(x, across), nameGap: 32 },
    yAxis: { ...axis(y), nameGap: 58 },
    series: lines.map((line, i) => series(line, families.indexOf(members[i]), members.indexOf(members[i]) === i)),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return { title, svg: accessible(svg, title) };
}

function axis({ name, format, scale }: Axis): object {
  const color = 'var(--faint)';
  return {
    type: scale === 'logarithmic' ? 'log' : 'value',
    ...{ name, nameLocation: 'middle', nameTextStyle: { color } },
    axisLabel: { formatter: format, color, hideOverlap: true },
    axisLine: { lineStyle: { color } },
    axisTick: { lineStyle: { color } },
    splitLine: { lineStyle: { color: 'var(--grid)' } },
  };
}

function extent({ scale, format }: Axis, values: readonly number[]): object {
  if (scale === 'counted') return { minInterval: 1, ...(Math.max(...values) > 1 ? { min: 1 } : {}) };
  if (scale !== 'logarithmic') return {};
  const ticks = logarithmicTicks(Math.min(...values), Math.max(...values));
  const color = 'var(--faint)';
  return {
    ...{ min: ticks[0], max: ticks.at(-1) },
    axisLabel: { customValues: ticks, formatter: format, color, hideOverlap: true },
    axisTick: { customValues: ticks, lineStyle: { color } },
  };
}

/** 1, 2 and 5 times the powers of ten, from the last one below the values to the first one above. */
function logarithmicTicks(least: number, most: number): number[] {
  const decades = Array.from({ length: 16 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();
  const first = decades.findLastIndex((tick) => tick < least);
  const last = decades.findIndex((tick) => tick > most);
  return decades.slice(Math.max(0, first), last + 1);
}

/** The first of a family says where its phases begin; the others, alike but for the seed, would say it over it. */
function series({ curve, points }: Line, look: number, first: boolean): object {
  const color = `var(--series-${look % palettes.light.length})`;
  return {
    type: 'line',
    // Series of one name share an entry in the legend.
    name: curve.family,
    data: points.map(({ at, phase }) => ({
      value: at,
      ...(phase === undefined
        ? {}
        : { symbolSize: 11, label: { show: first, formatter: phase, position: 'top', color } }),
    })),
    symbol: symbols[look % symbols.length],
    symbolSize: 7,
    itemStyle: { color },
    lineStyle: { color, width: 2, type: dashes[look % dashes.length] },
  };
}

/** Says what the picture is to those who do not see it, and lets it shrink with the page. */
function accessible(svg: string, title: string): string {
  return svg.replace(/<svg width="\d+" height="\d+"/, `<svg role="img" aria-label="${title}"`);
}
