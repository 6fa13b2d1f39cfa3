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

export interface LineChartSpec {
  readonly kind: 'lines';
  readonly metric: Metric;
  /** With a single training, what else is measured of it, each as a line of its own. */
  readonly beside?: readonly Metric[];
  readonly x: AxisKind;
  /** Weight of the debiased moving average, from 0 (none) to 0.999; the raw line stays, faint. */
  readonly smoothing: number;
  readonly logX: boolean;
  readonly logY: boolean;
  /** Trainings that differ in the seed alone as their mean with a band from least to most. */
  readonly seedsAsBand: boolean;
  /** Phases shaded behind the lines, where all went through the same. */
  readonly phases: boolean;
  /** What was planned behind what came, where all runs were set alike; nothing of it unless given. */
  readonly plan?: Horizon;
}

export const costs = ['bytes', 'bytes-per-sample', 'time', 'throughput'] as const;

/** Final results as points: a metric of every training against what it cost, with the Pareto front. */
export interface ScatterChartSpec {
  readonly kind: 'scatter';
  readonly y: 'best-accuracy' | 'last-accuracy';
  /** What is paid, or `throughput`, of which more is better. */
  readonly x: (typeof costs)[number];
  readonly logX: boolean;
}

export const mapOrders = ['sent', 'number'] as const;
export type MapOrder = (typeof mapOrders)[number];

/** The gate of one training over its steps: f of every map, those sent most often first or by number. */
export interface GateChartSpec {
  readonly kind: 'gates';
  readonly order: MapOrder;
}

/** Where the time of a step goes: client, wire, server, wait, stacked. */
export interface StepTimeChartSpec {
  readonly kind: 'step-time';
  readonly x: Exclude<AxisKind, 'bytes'>;
}

/** Trainings as lines through the settings in which they differ and what came of them. */
export interface ParallelChartSpec {
  readonly kind: 'parallel';
  /** Trainings that differ in the seed alone as one line of their means. */
  readonly seedsTogether: boolean;
  /** Ids of the lines that stand out, each that of its first training; all of them where it is null. */
  readonly brushed: readonly string[] | null;
}

export type ChartSpec = LineChartSpec | ScatterChartSpec | ParallelChartSpec | GateChartSpec | StepTimeChartSpec;

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
