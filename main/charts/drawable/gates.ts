import type { MapOrder } from '../kinds/gates.ts';

/** f of every map at some moments: `values` [moments, maps], `kept` a bit for each; a budget of NaN is the full one. */
export interface GateData {
  readonly maps: number;
  readonly steps: Float64Array;
  readonly epochs: Float64Array;
  readonly budgets: Float64Array;
  readonly values: Float32Array;
  readonly kept: Uint8Array;
}

/** Whether a map was sent at a moment. */
export function isKept({ maps, kept }: GateData, moment: number, map: number): boolean {
  const bit = moment * maps + map;
  return ((kept[bit >> 3] >> (bit & 7)) & 1) === 1;
}

/**
 * The maps from the top row down: by number, or those first that were sent the most often (of these, those that end
 * widest open), so that what a budget lets through lies above its line.
 */
export function mapRows(gates: GateData, order: MapOrder): number[] {
  const { maps, steps, values } = gates;
  const rows = Array.from({ length: maps }, (_, map) => map);
  if (order === 'number' || steps.length === 0) return rows;
  const times = rows.map((map) => steps.reduce((sum, _, moment) => sum + Number(isKept(gates, moment, map)), 0));
  const end = (steps.length - 1) * maps;
  return rows.sort((a, b) => times[b] - times[a] || values[end + b] - values[end + a] || a - b);
}
