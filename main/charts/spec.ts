import { metrics, type Metric } from './metrics.ts';

/**
 * What a chart shows, as data: the window draws it, the exporter draws it again on paper, and both can be said on a
 * command line. This folder is pure: no Node, no DOM, no Vue, so that lab and window share it.
 */

/** Values over an axis, one line for each training of a run. */
export { metrics, type Metric };

/** `time` is seconds in training, `bytes` the traffic so far in both directions. */
export const axes = ['epoch', 'step', 'time', 'bytes'] as const;
export type AxisKind = (typeof axes)[number];

/** How far a plan is shown: to its end, or as far as the run is. */
export const horizons = ['end', 'now'] as const;
export type Horizon = (typeof horizons)[number];

/** Where a chart on paper names its lines: beside the plot, in a corner of it, or nowhere, as where the caption does. */
export const legendPlaces = ['top', 'bottom', 'right', 'inside-top', 'inside-bottom', 'none'] as const;
export type LegendPlace = (typeof legendPlaces)[number];

/** What the band of an experiment's seeds spans: all of them, or their mean ± so much. */
export const bands = ['range', 'sd', 'se', 'ci'] as const;
export type BandKind = (typeof bands)[number];

/** What stands beside the lines where they have bands. */
export const bandWords: Readonly<Record<BandKind, string>> = {
  range: 'least to most',
  sd: 'mean ± SD',
  se: 'mean ± SE',
  ci: 'mean ± 95 % CI',
};

/** How a chart is put on paper. */
export interface PaperSpec {
  readonly widthMm: number;
  readonly heightMm: number;
  /** Of pixels, for PNG. */
  readonly dpi: number;
  readonly fontFamily: string;
  /** In points. */
  readonly fontSize: number;
  readonly theme: 'light' | 'dark';
  /** Above the plot unless given. */
  readonly legend?: LegendPlace | undefined;
  /** None where it is empty, as in a paper, where the caption says it. */
  readonly title: string;
}

/** One column of most papers: what charts are drawn on unless something else is chosen. */
export const usualPaper: PaperSpec = {
  widthMm: 85,
  heightMm: 60,
  dpi: 300,
  fontFamily: 'Inter',
  fontSize: 8,
  theme: 'light',
  title: '',
};
