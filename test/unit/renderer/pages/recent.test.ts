import { expect, it } from 'vitest';
import type { EpochRecord } from '../../../../main/api.ts';
import { curveOf, extentOf, polyline } from '../../../../renderer/pages/home/recent.ts';
import { epochRecord } from '../../../support/run-records.ts';

const epoch = (number: number, testAccuracy: number, more: Partial<EpochRecord> = {}): EpochRecord =>
  epochRecord(number, { testAccuracy, bytesUp: 100 * (number + 1), bytesDown: 10 * (number + 1), ...more });

it('a curve has the bytes of all sources and their mean accuracy, of the last training alone', () => {
  const earlier = epoch(0, 0.9, { training: 0 });
  const own = [0, 1].flatMap((number) =>
    [0, 1].map((source) => epoch(number, 0.2 + 0.1 * number + 0.1 * source, { training: 1, source })),
  );
  const half = epoch(2, 0.8, { training: 1, source: 0 });
  const curve = curveOf([earlier, half, ...own]);
  expect(curve.map(({ bytes }) => bytes)).toEqual([220, 440]);
  curve.forEach(({ accuracy }, i) => expect(accuracy).toBeCloseTo(0.25 + 0.1 * i, 12));
  expect(curveOf([])).toEqual([]);
});

it('curves are drawn on one scale, over the logarithm of their bytes', () => {
  const curves = [
    [{ bytes: 100, accuracy: 0.25 }],
    [
      { bytes: 10, accuracy: 0.1 },
      { bytes: 1000, accuracy: 0.5 },
    ],
  ];
  const extent = extentOf(curves)!;
  expect(extent).toEqual({ from: 10, to: 1000, accuracy: 0.5 });
  const box = { width: 80, height: 40 };
  expect(polyline(curves[0], extent, box)).toEqual([{ x: 40, y: 20 }]);
  expect(polyline(curves[1], extent, box)).toEqual([
    { x: 0, y: 32 },
    { x: 80, y: 0 },
  ]);
  expect(polyline(curves[0], extentOf([curves[0]])!, box)).toEqual([{ x: 0, y: 0 }]);
  expect(extentOf([])).toBeNull();
});
