import type { Budget, GateHistory } from '../../../main/api.ts';
import { isKept } from '../../../main/charts/drawable/gates.ts';

/** The gate of one moment, in words and numbers. */
export interface GateMoment {
  readonly step: number;
  readonly epoch: number;
  readonly budget: Budget;
  /** f of every map from the greatest on, with its number. */
  readonly maps: readonly { readonly map: number; readonly f: number; readonly kept: boolean }[];
  readonly keptCount: number;
  /** Least f among the kept maps; null where nothing is masked. */
  readonly threshold: number | null;
  /** Maps kept now that were not kept at the moment before. */
  readonly changed: number;
}

export function gateMoment(history: GateHistory, moment: number): GateMoment | null {
  const { maps, steps, epochs, budgets, values } = history;
  if (moment < 0 || moment >= steps.length) return null;
  const budget = Number.isNaN(budgets[moment]) ? null : budgets[moment];
  const ranked = Array.from({ length: maps }, (_, map) => ({
    map,
    f: values[moment * maps + map],
    kept: isKept(history, moment, map),
  })).sort((a, b) => b.f - a.f || a.map - b.map);
  const kept = ranked.filter((each) => each.kept);
  return {
    step: steps[moment],
    epoch: epochs[moment],
    budget,
    maps: ranked,
    keptCount: kept.length,
    threshold: budget === null ? null : (kept.at(-1)?.f ?? null),
    changed: moment === 0 ? 0 : kept.filter(({ map }) => !isKept(history, moment - 1, map)).length,
  };
}
