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
