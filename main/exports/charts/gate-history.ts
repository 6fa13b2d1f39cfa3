import type { GateHistory } from '../../api.ts';
import type { Run } from '../../runs/store/run.ts';
import type { GateMoment } from '../../runs/store/step-columns.ts';
import type { Store } from '../../runs/store/store.ts';
import { keepLargest, type Ties } from '../../training/gates/rank.ts';

/** The gate of one training of a run at no more than so many moments, evenly over its steps. */
export function gateHistory(store: Store, run: Run, training: number, most: number): GateHistory {
  const moments = store.gateMoments(run.id, training, most);
  const maps = moments[0]?.gates.length ?? 0;
  const values = new Float32Array(moments.length * maps);
  const kept = new Uint8Array(Math.ceil(values.length / 8));
  moments.forEach((moment, i) => {
    values.set(moment.gates, i * maps);
    for (const map of keptMaps(moment, run.experiment.gate.ties)) {
      const bit = i * maps + map;
      kept[bit >> 3] |= 1 << (bit & 7);
    }
  });
  return {
    maps,
    steps: Float64Array.from(moments, ({ step }) => step),
    epochs: Float64Array.from(moments, ({ epoch }) => epoch),
    budgets: Float64Array.from(moments, ({ budget }) => budget ?? NaN),
    values,
    kept,
  };
}

/** How far maps are open ranks them as the gate does; what it leaves to chance is not told. */
function keptMaps({ gates, budget }: GateMoment, ties: Ties): Iterable<number> {
  return budget === null ? gates.keys() : keepLargest(gates, budget, ties);
}
