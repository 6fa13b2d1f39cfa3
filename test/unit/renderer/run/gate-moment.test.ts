import { describe, expect, it } from 'vitest';
import type { GateHistory } from '../../../../main/api.ts';
import { gateMoment } from '../../../../renderer/pages/run/gate-moment.ts';

// Three maps at three moments: two kept of 0, 1, 2, then another two, then all.
const history: GateHistory = {
  maps: 3,
  steps: Float64Array.of(0, 10, 20),
  epochs: Float64Array.of(0, 1, 2),
  budgets: Float64Array.of(2, 2, NaN),
  values: Float32Array.of(0.5, 0.25, 0.75, 0.75, 0.5, 0.25, 1, 1, 1),
  kept: Uint8Array.of(0b11_011_101, 0b1),
};

describe('the gate at a moment', () => {
  it('ranks maps by f and names what is kept', () => {
    const moment = gateMoment(history, 0)!;
    expect(moment.maps.map(({ map }) => map)).toEqual([2, 0, 1]);
    expect(moment).toMatchObject({ budget: 2, keptCount: 2, threshold: 0.5, changed: 0 });
    expect(gateMoment(history, 1)).toMatchObject({ step: 10, keptCount: 2, threshold: 0.5, changed: 1 });
  });

  it('has no threshold at full budget', () => {
    expect(gateMoment(history, 2)).toMatchObject({ budget: null, keptCount: 3, threshold: null });
  });

  it('is none outside of the history', () => {
    expect(gateMoment(history, 3)).toBeNull();
    expect(gateMoment(history, -1)).toBeNull();
  });
});
