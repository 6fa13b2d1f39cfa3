import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from 'echarts';
import type { SampledLine } from '../drawable/lines.ts';
import type { Look } from './palette.ts';

/**
 * A band from least to most along a line, as one polygon; unlike stacked areas it is right on logarithmic axes.
 * Named, it comes out together with its line; a chart's own legend must not find it.
 */
export function ribbonSeries(
  { id, family }: SampledLine,
  ribbon: Float64Array,
  { colour }: Look,
  isNamed: boolean,
): object {
  const count = ribbon.length / 3;
  const renderItem = (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI): object | undefined => {
    if (params.dataIndex > 0) return undefined;
    const at = (i: number, value: 1 | 2): number[] => api.coord([ribbon[3 * i], ribbon[3 * i + value]]);
    const there = Array.from({ length: count }, (_, i) => at(i, 2));
    const back = Array.from({ length: count }, (_, i) => at(count - 1 - i, 1));
    return {
      type: 'polygon',
      shape: { points: [...there, ...back].filter((point) => point.every(Number.isFinite)) },
      style: { fill: colour, opacity: 0.18 },
    };
  };
  return {
    type: 'custom',
    id: `${id}/band`,
    name: isNamed ? family : '',
    renderItem,
    clip: true,
    silent: true,
    z: 1,
    dimensions: ['x', 'least', 'most'],
    encode: { x: 0, y: [1, 2] },
    data: ribbon,
    itemStyle: { color: colour },
  };
}
