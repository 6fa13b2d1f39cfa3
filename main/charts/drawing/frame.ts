import type { Look } from './palette.ts';
import type { ChartStyle } from '../style.ts';

/** What surrounds the drawing: title, legend, margins. */

/** What every chart has: its ground, its title and its type. */
export function frame(style: ChartStyle): object {
  const { fontFamily, fontSize, text, ground } = style;
  return {
    animation: false,
    textStyle: { fontFamily, fontSize, color: text },
    backgroundColor: ground,
    title: title(style),
  };
}

function title({ title: text, fontSize, fontFamily, text: color }: ChartStyle): object {
  const style = { fontSize: 1.15 * fontSize, fontFamily, color, fontWeight: 600 };
  return text === '' ? { show: false } : { text, left: 0, top: 0.2 * fontSize, padding: 0, textStyle: style };
}

function titleHeight({ title: text, fontSize }: ChartStyle): number {
  return text === '' ? 0 : 2 * fontSize;
}

/** What ECharts leaves between the symbol of an entry and its name. */
const NAME_GAP = 5;

/** What a legend takes of the picture, at its edges. */
interface LegendRoom {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const noRoom: LegendRoom = { top: 0, right: 0, bottom: 0 };

export interface LegendEntry {
  readonly name: string;
  readonly look: Look;
  /** In place of the line's own stroke and symbol. */
  readonly icon?: string;
}

/** A legend where the style has it and the room that takes; none for no entries. */
export function legend(entries: readonly LegendEntry[], style: ChartStyle): { option: object; room: LegendRoom } {
  if (entries.length === 0 || style.legend === 'none') return { option: { show: false }, room: noRoom };
  const { fontSize, fontFamily, text, measure } = style;
  const [itemWidth, itemGap] = [2.6 * fontSize, 0.9 * fontSize];
  const widths = entries.map(({ name }) => itemWidth + NAME_GAP + 0.4 * fontSize + measure(name, fontSize));
  const place = placed(widths, itemGap, style);
  const option = {
    ...place.option,
    padding: 0,
    itemWidth,
    itemHeight: 0.6 * fontSize,
    itemGap,
    selectedMode: false,
    data: entries.map(({ name, icon }) => ({ ...entryOf(name, measure(name, fontSize)), ...(icon && { icon }) })),
    lineStyle: { width: style.lineWidth },
    textStyle: { fontSize, fontFamily, color: text, padding: [0, 0, 0, 0.4 * fontSize] },
  };
  return { option, room: place.room };
}

/** Where entries of these widths stand: in rows above or below the plot, or in a column beside or in it. */
function placed(widths: readonly number[], itemGap: number, style: ChartStyle): { option: object; room: LegendRoom } {
  const { fontSize, legend: place } = style;
  const top = titleHeight(style) + 0.3 * fontSize;
  const height = rowsOf(widths, itemGap, style) * (0.6 * fontSize + itemGap) + 0.5 * fontSize;
  const column = { orient: 'vertical', right: 1.8 * fontSize, align: 'left' };
  switch (place) {
    case 'bottom':
      return { option: { left: 0, bottom: 0 }, room: { ...noRoom, bottom: height } };
    case 'right':
      return {
        option: { ...column, right: 0, top: top + fontSize },
        room: { ...noRoom, right: Math.max(...widths) + fontSize },
      };
    case 'inside-top':
      return { option: { ...column, top: top + fontSize }, room: noRoom };
    case 'inside-bottom':
      // Above the names and the labels of the x axis.
      return { option: { ...column, bottom: 4.6 * fontSize }, room: noRoom };
    default:
      return { option: { left: 0, top }, room: { ...noRoom, top: height } };
  }
}

/** How many rows ECharts needs for entries of these widths. */
function rowsOf(widths: readonly number[], itemGap: number, { width, fontSize }: ChartStyle): number {
  let [rows, used] = [1, 0];
  for (const needed of widths) {
    if (used > 0 && used + needed > width - fontSize) {
      rows++;
      used = 0;
    }
    used += needed + itemGap;
  }
  return rows;
}

/** An entry with room for its name in the reader's font: ECharts heeds the width only of texts on a ground. */
function entryOf(name: string, width: number): object {
  return { name, textStyle: { width, backgroundColor: 'transparent' } };
}

/** Margins that hold labels and names of the axes, whatever their length. */
export function grid(style: ChartStyle, room: LegendRoom, above = 0): object {
  const { fontSize, selfContained } = style;
  const edge = selfContained ? 0.3 * fontSize : 4;
  return {
    left: edge,
    right: fontSize + room.right,
    bottom: edge + room.bottom,
    top: titleHeight(style) + room.top + above + fontSize / 2,
    outerBoundsMode: 'same',
    outerBoundsContain: 'all',
    show: false,
  };
}
