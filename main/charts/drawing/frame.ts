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

/** A legend above the drawing and the height its rows take; none for fewer than two entries. */
export function legend(
  entries: readonly { readonly name: string; readonly look: Look }[],
  style: ChartStyle,
): { option: object; height: number } {
  if (entries.length === 0) return { option: { show: false }, height: 0 };
  const { fontSize, fontFamily, text, width, measure } = style;
  const [itemWidth, itemGap] = [2.6 * fontSize, 0.9 * fontSize];
  let rows = 1;
  let used = 0;
  for (const { name } of entries) {
    const needed = itemWidth + NAME_GAP + 0.4 * fontSize + measure(name, fontSize);
    if (used > 0 && used + needed > width - fontSize) {
      rows++;
      used = 0;
    }
    used += needed + itemGap;
  }
  const option = {
    left: 0,
    top: titleHeight(style) + 0.3 * fontSize,
    padding: 0,
    itemWidth,
    itemHeight: 0.6 * fontSize,
    itemGap,
    selectedMode: false,
    data: entries.map(({ name }) => entryOf(name, measure(name, fontSize))),
    lineStyle: { width: style.lineWidth },
    textStyle: { fontSize, fontFamily, color: text, padding: [0, 0, 0, 0.4 * fontSize] },
  };
  return { option, height: rows * (0.6 * fontSize + itemGap) + 0.5 * fontSize };
}

/** An entry with room for its name in the reader's font: ECharts heeds the width only of texts on a ground. */
function entryOf(name: string, width: number): object {
  return { name, textStyle: { width, backgroundColor: 'transparent' } };
}

/** Margins that hold labels and names of the axes, whatever their length. */
export function grid(style: ChartStyle, above: number): object {
  const { fontSize, selfContained } = style;
  const edge = selfContained ? 0.3 * fontSize : 4;
  return {
    left: edge,
    right: fontSize,
    bottom: edge,
    top: titleHeight(style) + above + fontSize / 2,
    outerBoundsMode: 'same',
    outerBoundsContain: 'all',
    show: false,
  };
}
