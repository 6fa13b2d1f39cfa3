import { describe, expect, it } from 'vitest';
import { isKept, mapRows, type GateData } from '../../../main/charts/drawable/gates.ts';
import { gateOption } from '../../../main/charts/drawing/gate-option.ts';
import { screenStyle } from '../../../main/charts/style.ts';

/** Two moments of three maps: at the first map 2 is sent, at the second map 0. */
const gates: GateData = {
  maps: 3,
  steps: Float64Array.of(0, 10),
  epochs: Float64Array.of(0, 1),
  budgets: Float64Array.of(1, NaN),
  values: Float32Array.of(0.1, 0.2, 0.9, 0.8, 0.3, 0.4),
  kept: Uint8Array.of(0b001100),
};

describe('the gate', () => {
  it('knows which maps were sent', () => {
    expect([0, 1].map((moment) => [0, 1, 2].filter((map) => isKept(gates, moment, map)))).toEqual([[2], [0]]);
  });

  it('has the maps that were sent the most often on top, of these the widest open, or all by number', () => {
    expect(mapRows(gates, 'sent')).toEqual([0, 2, 1]);
    expect(mapRows({ ...gates, kept: Uint8Array.of(0b111100) }, 'sent')).toEqual([2, 0, 1]);
    expect(mapRows(gates, 'number')).toEqual([0, 1, 2]);
  });

  it('is painted coloured where sent and grey where held back', () => {
    const painted: { width: number; height: number; pixels: Uint8ClampedArray }[] = [];
    const paint = (width: number, height: number, pixels: Uint8ClampedArray): object => {
      painted.push({ width, height, pixels });
      return {};
    };
    const option = gateOption(gates, 'sent', { ...screenStyle('light', 600, 'sans-serif'), bitmap: paint });
    const [image, budget] = option['series'] as [
      { renderItem: (...given: unknown[]) => unknown },
      { data: number[][] },
    ];
    image.renderItem({}, { coord: ([x, y]: [number, number]) => [x, y] });
    const { width, height, pixels } = painted[0];
    const isGrey = (row: number, moment: number): boolean => {
      const at = 4 * (Math.floor(((row + 0.5) * height) / 3) * width + Math.floor(((moment + 0.5) * width) / 2));
      const [red, green, blue] = pixels.subarray(at, at + 3);
      return Math.max(red, green, blue) - Math.min(red, green, blue) < 8;
    };
    // Rows are maps 0, 2, 1.
    expect([0, 1, 2].map((row) => [isGrey(row, 0), isGrey(row, 1)])).toEqual([
      [true, false],
      [false, true],
      [true, true],
    ]);
    expect(budget.data).toEqual([
      [0, 1],
      [7.5, 1],
      [7.5, 3],
      [15, 3],
    ]);
  });
});
