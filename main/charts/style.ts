import { grounds, palettes, type Ground, type Scheme } from './palette.ts';
import type { PaperSpec } from './spec.ts';

/** How charts look, whoever draws them. Lengths are in units of the picture: pixels on a screen, points on paper. */
export interface ChartStyle extends Ground {
  readonly palette: readonly string[];
  readonly fontFamily: string;
  readonly fontSize: number;
  readonly lineWidth: number;
  readonly width: number;
  /** Above the chart; the window has its own place for it. */
  readonly title: string;
  /** Whether the chart itself tells its lines apart and names its y axis; the window does so beside it. */
  readonly selfContained: boolean;
  /** Width of a text in this style's font, for what has to be placed by it. */
  readonly measure: (text: string, fontSize: number) => number;
}

const pointsPerMm = 72 / 25.4;

/** A length on paper in points, the unit of pictures for paper. */
export function points(mm: number): number {
  return mm * pointsPerMm;
}

/** A little generous: an average letter is half as wide as the font is tall. */
export function roughWidth(text: string, fontSize: number): number {
  return 0.56 * fontSize * text.length;
}

export function screenStyle(scheme: Scheme, width: number, fontFamily: string, own: Partial<Ground> = {}): ChartStyle {
  return {
    ...grounds[scheme],
    ...own,
    palette: palettes[scheme],
    ...{ fontFamily, fontSize: 12, lineWidth: 1.75, width, title: '', selfContained: false, measure: roughWidth },
  };
}

/** Black on white unless a dark theme is asked for, with lines as thick as in print. */
export function paperStyle(paper: PaperSpec, measure: ChartStyle['measure'] = roughWidth): ChartStyle {
  const { theme, fontFamily, fontSize, widthMm, title } = paper;
  const print: Partial<Ground> = theme === 'light' ? { text: '#000000', faint: '#333333', grid: '#e2e2e2' } : {};
  return {
    ...grounds[theme],
    ...print,
    palette: palettes[theme],
    ...{ fontFamily, fontSize, lineWidth: Math.max(0.75, fontSize / 7), width: points(widthMm) },
    ...{ title, selfContained: true, measure },
  };
}
