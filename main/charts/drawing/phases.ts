import { formatBudget } from '../formats.ts';
import type { Line } from '../drawable/lines.ts';
import { valueAt } from '../drawable/numbers.ts';
import type { Range } from '../drawable/sample.ts';
import type { PhaseMark } from '../series.ts';
import type { Look } from './palette.ts';
import type { ChartStyle } from '../style.ts';

/** Every second phase on a tinted ground, with its budget above where there is room, over a part of the x axis. */
export function phaseSeries(phases: readonly PhaseMark[], style: ChartStyle, across: Range, logX: boolean): object {
  const { faint, grid: tint, fontSize, fontFamily } = style;
  const [least, most] = across;
  const shown = phases.length > 1 ? phases.filter(({ from, to }) => to > least && from < most) : [];
  const widthOf = pixels(across, style, logX);
  const data = shown.map(({ phase, budget, ...ends }) => {
    const [from, to] = [Math.max(ends.from, least), Math.min(ends.to, most)];
    const text = legible(budget, widthOf(from, to), style);
    return [
      {
        name: text ?? '',
        xAxis: from,
        itemStyle: { color: phases.findIndex((each) => each.phase === phase) % 2 === 1 ? tint : 'transparent' },
        label: { show: text !== null },
      },
      { xAxis: to },
    ];
  });
  const label = { position: 'top', color: faint, fontSize: 0.9 * fontSize, fontFamily, distance: fontSize / 4 };
  return {
    type: 'line',
    id: 'phases',
    name: '',
    data: [],
    silent: true,
    z: 0,
    markArea: { silent: true, label, itemStyle: { opacity: 0.45 }, emphasis: { disabled: true }, data },
  };
}

/** Where a line goes over to another budget, on the line itself: a stroke across it and the budget that begins. */
export function markSeries(
  line: Pick<Line, 'id' | 'family' | 'x' | 'y' | 'phases'>,
  look: Look,
  style: ChartStyle,
): object[] {
  const marks = line.phases.slice(1).flatMap(({ from, budget }) => {
    const y = valueAt(line, from);
    return Number.isNaN(y) ? [] : [{ value: [from, y], budget }];
  });
  if (marks.length === 0) return [];
  const { lineWidth, fontSize, fontFamily, ground } = style;
  return [
    {
      type: 'line',
      id: `${line.id}/phases`,
      name: style.selfContained ? '' : line.family,
      z: 4,
      silent: true,
      symbol: 'rect',
      symbolSize: [1.2 * lineWidth, 8 * lineWidth],
      showSymbol: true,
      showAllSymbol: true,
      lineStyle: { width: 0 },
      itemStyle: { color: look.colour, borderColor: ground, borderWidth: lineWidth / 3 },
      emphasis: { disabled: true },
      blur: { itemStyle: { opacity: 0.15 }, label: { opacity: 0.15 } },
      labelLayout: { hideOverlap: true },
      data: marks.map(({ value, budget }) => ({
        value,
        label: {
          show: true,
          position: 'bottom',
          distance: fontSize / 4,
          formatter: formatBudget(budget),
          color: look.colour,
          fontSize: 0.9 * fontSize,
          fontFamily,
        },
      })),
    },
  ];
}

/** How wide a stretch of the axis is drawn, more or less: what stands beside the plot is only known to ECharts. */
function pixels([least, most]: Range, { width, fontSize }: ChartStyle, logX: boolean) {
  const scale = logX ? Math.log : (value: number): number => value;
  const perUnit = (width - 6 * fontSize) / (scale(most) - scale(least));
  return (from: number, to: number): number => (scale(to) - scale(from)) * perUnit;
}

/** `4 maps`, where that is too wide `4`, and nothing where that is, too. */
function legible(budget: number | null, room: number, { measure, fontSize }: ChartStyle): string | null {
  const words = budget === null ? [formatBudget(null)] : [formatBudget(budget), String(budget)];
  return words.find((text) => measure(text, 0.9 * fontSize) + 0.6 * fontSize <= room) ?? null;
}
