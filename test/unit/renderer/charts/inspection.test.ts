import { describe, expect, it } from 'vitest';
import { linesOf } from '../../../../main/charts/drawable/lines.ts';
import { namedChart } from '../../../../main/charts/kinds/table.ts';
import type { LineChartSpec } from '../../../../main/charts/kinds/lines.ts';
import { screenStyle } from '../../../../main/charts/style.ts';
import { trainingsOf } from '../../../../main/charts/trainings.ts';
import { inspectLines, nearestRow } from '../../../../renderer/charts/inspection.ts';
import { epoch, run } from '../../../support/chart-data.ts';

const style = screenStyle('light', 600, 'sans-serif');
const spec = namedChart('accuracy-bytes') as LineChartSpec;
const lines = (accuracies: readonly number[]) =>
  linesOf(
    trainingsOf(
      accuracies.map((accuracy, i) => run(i + 1, `run ${i}`, { epochs: [epoch(0, accuracy), epoch(1, accuracy)] })),
    ),
    spec,
  );

describe('what is under the pointer', () => {
  it('are the values reached there, the greatest first', () => {
    const inspection = inspectLines(lines([0.4, 0.6]), spec, style, 1300);
    expect(inspection).toMatchObject({
      title: 'Traffic, both ways 1.30 kB',
      rows: [
        { label: 'run 1', value: '60.00 %' },
        { label: 'run 0', value: '40.00 %' },
      ],
    });
  });

  it('is nothing before the first point', () => {
    expect(inspectLines(lines([0.4]), spec, style, 100)).toBeNull();
  });

  it('leaves out what has no room and counts it', () => {
    const inspection = inspectLines(lines(Array.from({ length: 15 }, (_, i) => i / 20)), spec, style, 1300);
    expect([inspection?.rows.length, inspection?.more]).toEqual([12, 3]);
  });

  it('is nearest to the line that is drawn nearest, or to none that is far away', () => {
    const { rows } = inspectLines(lines([0.4, 0.6]), spec, style, 1300)!;
    const toPixel = (y: number): number => 100 - 100 * y;
    expect(nearestRow(rows, toPixel, 57)?.label).toBe('run 0');
    expect(nearestRow(rows, toPixel, 5)).toBeNull();
  });
});
