import type { EChartsCoreOption } from 'echarts/core';

/** What of an option ECharts has to be told, and which of it takes the place of what was there. */
export interface Changes {
  readonly option: EChartsCoreOption;
  readonly replaceMerge: string[];
}

/** Parts that are lists of things: what is not in them any more is to go. */
const lists = ['series', 'xAxis', 'yAxis', 'graphic', 'parallelAxis'];

/**
 * What differs between two options, as ECharts lays out and draws anew whatever it is given; null where nothing does.
 * Series are told apart by their ids.
 */
export function changesOf(before: EChartsCoreOption | null, now: EChartsCoreOption): Changes | null {
  const keys = Object.keys(now).filter((key) => !before || !isSame(before[key], now[key]));
  if (keys.length === 0) return null;
  const option: EChartsCoreOption = Object.fromEntries(keys.map((key) => [key, now[key]]));
  const series = before && keys.includes('series') ? changedSeries(before['series'], now['series']) : null;
  if (series) option['series'] = series;
  return { option, replaceMerge: lists.filter((key) => keys.includes(key) && !(key === 'series' && series)) };
}

/** The series that have changed; null where others came or went. */
function changedSeries(before: unknown, now: unknown): unknown[] | null {
  if (!Array.isArray(before) || !Array.isArray(now)) return null;
  const ids = (series: readonly unknown[]): unknown[] => series.map((each) => (each as { id: unknown }).id);
  return isSame(ids(before), ids(now)) ? now.filter((each, i) => !isSame(before[i], each)) : null;
}

/** Whether two values are equal through and through; functions are when they are one. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Float64Array) return b instanceof Float64Array && areSame(a, b);
  if (Array.isArray(a)) return Array.isArray(b) && areSame(a, b);
  const keys = Object.keys(a);
  if (Array.isArray(b) || keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => isSame(a[key as keyof typeof a], b[key as keyof typeof b]));
}

function areSame(a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean {
  if (a.length !== b.length) return false;
  // From the end: what grows differs there.
  for (let i = a.length - 1; i >= 0; i--) if (!isSame(a[i], b[i])) return false;
  return true;
}
