import { describe, expect, it } from 'vitest';
import { linesOf } from '../../../../main/charts/drawable/lines.ts';
import { namedChart } from '../../../../main/charts/kinds/table.ts';
import type { LineChartSpec } from '../../../../main/charts/kinds/lines.ts';
import { screenStyle } from '../../../../main/charts/style.ts';
import { trainingsOf } from '../../../../main/charts/trainings.ts';
import { inspectLines, nearestRow } from '../../../../renderer/charts/inspection.ts';
import { epoch, run } from '../../../support/chart-data.ts';

const style = screenStyle('light', 600, 'sans-serif');
const byBytes = namedChart('accuracy-bytes') as LineChartSpec;
const byEpoch = namedChart('accuracy-epoch') as LineChartSpec;

/** Runs that have so many epochs each; an epoch takes 1200 bytes times what is given. */
const lines = (runs: readonly (readonly number[])[], spec: LineChartSpec, bytes: readonly number[] = []) =>
  linesOf(
    trainingsOf(
      runs.map((accuracies, i) =>
        run(i + 1, `run ${i}`, {
          epochs: accuracies.map((accuracy, n) =>
            epoch(n, accuracy, { bytesUp: 1200 * (n + 1) * (bytes[i] ?? 1), bytesDown: 0 }),
          ),
        }),
      ),
    ),
    spec,
  );

/** A pointer on an axis with so many pixels a unit. */
const at = (place: number, pixels = 40) => ({ place, toPixel: (x: number): number => pixels * x });

describe('what is under the pointer', () => {
  it('are the points nearest to it and whole epochs, the greatest first', () => {
    const both = lines(
      [
        [0.4, 0.5],
        [0.6, 0.7],
      ],
      byEpoch,
    );
    for (const place of [1.965, 2, 2.2]) {
      expect(inspectLines(both, byEpoch, style, at(place))).toMatchObject({
        title: 'Epoch 2',
        rows: [
          { label: 'run 1', value: '70.00 %', at: '', x: 2 },
          { label: 'run 0', value: '50.00 %', at: '', x: 2 },
        ],
      });
    }
    expect(inspectLines(both, byEpoch, style, at(1.4))?.title).toBe('Epoch 1');
  });

  it('are told with their own places where these differ from that of the nearest', () => {
    const both = lines(
      [
        [0.4, 0.5],
        [0.6, 0.7],
      ],
      byBytes,
      [1, 1.1],
    );
    expect(inspectLines(both, byBytes, style, at(1250, 0.1))).toMatchObject({
      title: 'Traffic, both ways 1.20 kB',
      rows: [
        { label: 'run 1', value: '60.00 %', at: 'at 1.32 kB' },
        { label: 'run 0', value: '40.00 %', at: '' },
      ],
    });
  });

  it('are nearest as they are drawn, on a logarithmic axis too', () => {
    const one = lines([[0.4, 0.5]], byBytes);
    const logarithmic = { place: 1750, toPixel: (x: number): number => 100 * Math.log(x) };
    expect(inspectLines(one, byBytes, style, at(1750, 1))?.rows[0].value).toBe('40.00 %');
    expect(inspectLines(one, byBytes, style, logarithmic)?.rows[0].value).toBe('50.00 %');
  });

  it('are none of lines that have ended before it or begin after it', () => {
    const uneven = lines([[0.4], [0.5, 0.6, 0.7]], byEpoch);
    expect(inspectLines(uneven, byEpoch, style, at(3))?.rows.map(({ label }) => label)).toEqual(['run 1']);
    expect(inspectLines(uneven, byEpoch, style, at(0.2))).toBeNull();
    expect(inspectLines(uneven, byEpoch, style, at(3.2))?.title).toBe('Epoch 3');
    expect(inspectLines(uneven, byEpoch, style, at(3.5))).toBeNull();
  });

  it('leaves out what has no room and counts it', () => {
    const many = lines(
      Array.from({ length: 15 }, (_, i) => [i / 20]),
      byEpoch,
    );
    const inspection = inspectLines(many, byEpoch, style, at(1));
    expect([inspection?.rows.length, inspection?.more]).toEqual([12, 3]);
  });

  it('is nearest to the line that is drawn nearest, or to none that is far away', () => {
    const { rows } = inspectLines(lines([[0.4], [0.6]], byEpoch), byEpoch, style, at(1))!;
    const toPixel = (y: number): number => 100 - 100 * y;
    expect(nearestRow(rows, toPixel, 57)?.label).toBe('run 0');
    expect(nearestRow(rows, toPixel, 5)).toBeNull();
  });
});
