import { grounds, palettes, type Colours, type Ground, type Scheme } from './drawing/palette.ts';
import type { LegendPlace, PaperSpec } from './spec.ts';

/** How charts look, whoever draws them. Lengths are in units of the picture: pixels on a screen, points on paper. */
export interface ChartStyle extends Ground {
  readonly palette: readonly string[];
  /** Of lines that are not to have one of the palette. */
  readonly colours: Colours;
  /** Where a chart that tells its lines apart itself does so. */
  readonly legend: LegendPlace;
  readonly fontFamily: string;
  readonly fontSize: number;
  readonly lineWidth: number;
  readonly width: number;
  /** Above the chart; the window has its own place for it. */
  readonly title: string;
  /** Whether the chart itself tells its lines apart and names its y axis; the window does so beside it. */
  readonly selfContained: boolean;
  /** How many places along the x axis can be told apart: lines are thinned out to these. */
  readonly places: number;
  /** Width of a text in this style's font, for what has to be placed by it. */
  readonly measure: (text: string, fontSize: number) => number;
  /** Makes a picture of RGBA pixels that ECharts can draw: a canvas, in the window as on paper. */
  readonly bitmap: (width: number, height: number, pixels: Uint8ClampedArray) => object;
}

/** What can be done where a chart is drawn. */
export type Medium = Pick<ChartStyle, 'measure' | 'bitmap'>;

const plainLegend = { colours: {}, legend: 'top' } as const;

const pointsPerMm = 72 / 25.4;

/** A length on paper in points, the unit of pictures for paper. */
export function points(mm: number): number {
  return mm * pointsPerMm;
}

/** Generous, as nobody knows the reader's font: in most an average letter is half as wide as the font is tall. */
function roughWidth(text: string, fontSize: number): number {
  return 0.62 * fontSize * text.length;
}

/** Where nothing is drawn yet: options can be made, pictures cannot. */
const noMedium: Medium = {
  measure: roughWidth,
  bitmap: () => {
    throw new Error('There is nothing here to draw pictures with.');
  },
};

/** Points at three for each place are finer than they can be told apart. */
const pixelsPerPlace = 2;
const leastPlaces = 50;
/** Finer than print. */
const placesPerMm = 8;

export function screenStyle(
  scheme: Scheme,
  width: number,
  fontFamily: string,
  own: Partial<Ground> = {},
  medium: Medium = noMedium,
): ChartStyle {
  return {
    ...grounds[scheme],
    ...own,
    palette: palettes[scheme],
    ...plainLegend,
    fontFamily,
    fontSize: 12,
    lineWidth: 1.75,
    width,
    title: '',
    selfContained: false,
    places: Math.max(leastPlaces, Math.round(width / pixelsPerPlace)),
    ...medium,
  };
}

/**
 * Takes its colours from the CSS variables of the page it stands in, declared by `cssColours`, and measures texts
 * roughly, as nobody knows the reader's font.
 */
export function pageStyle(width: number, fontSize: number, { bitmap }: Pick<Medium, 'bitmap'> = noMedium): ChartStyle {
  return {
    ground: 'var(--ground)',
    text: 'var(--text)',
    faint: 'var(--faint)',
    grid: 'var(--grid)',
    palette: palettes.light.map((_, i) => `var(--series-${i})`),
    ...plainLegend,
    fontFamily: 'system-ui, sans-serif',
    fontSize,
    lineWidth: fontSize / 6.5,
    width,
    title: '',
    selfContained: true,
    places: width,
    measure: roughWidth,
    bitmap,
  };
}

/** The colours of text, lines and series as the declarations of a CSS rule. */
export function cssColours(scheme: Scheme): string {
  const series = Object.fromEntries(palettes[scheme].map((colour, i) => [`series-${i}`, colour]));
  return Object.entries({ ...grounds[scheme], ...series })
    .map(([name, colour]) => `--${name}:${colour};`)
    .join('');
}

/**
 * Black on white unless a dark theme is asked for, with lines as thick as in print. Its unit is a point, or a part of
 * one for those who draw with less than a point's precision.
 */
export function paperStyle(paper: PaperSpec, medium: Medium = noMedium, unitsPerPoint = 1): ChartStyle {
  const { theme, fontFamily, widthMm, title } = paper;
  const print: Partial<Ground> = theme === 'light' ? { text: '#000000', faint: '#333333', grid: '#e2e2e2' } : {};
  const fontSize = paper.fontSize * unitsPerPoint;
  return {
    ...grounds[theme],
    ...print,
    palette: palettes[theme],
    colours: {},
    legend: paper.legend ?? 'top',
    fontFamily,
    fontSize,
    lineWidth: Math.max(0.75 * unitsPerPoint, fontSize / 7),
    width: points(widthMm) * unitsPerPoint,
    title,
    selfContained: true,
    places: Math.round(widthMm * placesPerMm),
    ...medium,
  };
}
