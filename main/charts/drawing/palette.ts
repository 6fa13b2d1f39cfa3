/** Colours of charts on a light or a dark ground, and the second cues that tell lines apart without colour. */

export type Scheme = 'light' | 'dark';

/**
 * Okabe and Ito's colours for all kinds of colour vision, but for those too pale or too dark for the ground: on a light one brown, violet
 * and grey stand for their orange, sky blue, yellow and black, on a dark one grey for their blue and black.
 */
export const palettes: Readonly<Record<Scheme, readonly string[]>> = {
  light: ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#7a1fe0', '#6b3a10', '#5a5a5a'],
  dark: ['#56b4e9', '#d55e00', '#009e73', '#cc79a7', '#f0e442', '#e69f00', '#d8d8d8'],
};

export interface Ground {
  readonly ground: string;
  readonly text: string;
  readonly faint: string;
  readonly grid: string;
}

export const grounds: Readonly<Record<Scheme, Ground>> = {
  light: { ground: '#ffffff', text: '#1c1c1e', faint: '#5f6368', grid: '#e3e5e8' },
  dark: { ground: '#16181c', text: '#ececf0', faint: '#a4a8ae', grid: '#34383e' },
};

/** Lengths of strokes and gaps in multiples of the line's width; the first is solid. */
const dashes: readonly (readonly number[])[] = [[], [4, 2], [1, 1.5], [5, 1.5, 1, 1.5], [2.5, 1], [6, 2], [1, 1, 3, 1]];
const symbols = ['circle', 'rect', 'triangle', 'diamond', 'roundRect', 'arrow', 'pin'] as const;

/** How the line at a place of the palette looks; 49 places differ, those beyond begin again. */
export interface Look {
  readonly colour: string;
  /** Empty is solid. */
  readonly dash: readonly number[];
  readonly symbol: (typeof symbols)[number];
}

/** The look of the index-th line with this palette, as hex colours or CSS variables. */
export function lookOf(index: number, palette: readonly string[], lineWidth: number): Look {
  const at = index % palette.length;
  // Where colours come again the dashes move on by one.
  const second = (index + Math.floor(index / palette.length)) % dashes.length;
  return {
    colour: palette[at],
    dash: dashes[second].map((length) => length * lineWidth),
    symbol: symbols[second],
  };
}

/** How a line of a chart looks: by its place in the palette, in a colour of its own where the chart gives it one. */
export function lookIn(
  { palette, lineWidth, colours }: { palette: readonly string[]; lineWidth: number; colours: Colours },
  index: number,
  name: string,
): Look {
  const look = lookOf(index, palette, lineWidth);
  const own = colours[name];
  return own === undefined ? look : { ...look, colour: own };
}

/** Colours of lines by their names. */
export type Colours = Readonly<Record<string, string>>;
