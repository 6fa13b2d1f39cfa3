import type { ECharts } from 'echarts/core';
import type { Range } from '../../main/charts/drawable/sample.ts';
import type { Brush } from './brush.ts';

/** What ECharts tells of the brushes on parallel axes, and draws of them, only through its models and views. */
interface Internals {
  getModel(): { getComponent(name: 'parallelAxis', index: number): AxisModel | undefined };
  getViewOfComponentModel(axis: AxisModel): {
    readonly _brushController: { updateCovers(areas: readonly object[]): void };
  };
}

interface AxisModel {
  readonly activeIntervals: readonly Range[];
  readonly axis: { dataToCoord(value: number, clamp: boolean): number };
  getAreaSelectStyle(): object;
}

function axisModels(chart: ECharts): AxisModel[] {
  const model = (chart as unknown as Internals).getModel();
  const found: AxisModel[] = [];
  for (let at = 0, axis; (axis = model.getComponent('parallelAxis', at)); at++) found.push(axis);
  return found;
}

/** What is chosen on each axis of a drawing. */
export function shownBrush(chart: ECharts): Brush {
  return axisModels(chart).map(({ activeIntervals }) => [...activeIntervals]);
}

/** Lets a drawing show a brush that was not dragged on it. */
export function showBrush(chart: ECharts, brush: Brush): void {
  shownBrush(chart).forEach((shown, axis) => {
    const intervals = brush[axis] ?? [];
    if (String(intervals) === String(shown)) return;
    chart.dispatchAction({ type: 'axisAreaSelect', parallelAxisIndex: axis, intervals }, { flush: true });
  });
  drawAreas(chart);
}

/** Draws the areas that are chosen: ECharts draws them in a colour of its own, and not at all unless they were dragged. */
export function drawAreas(chart: ECharts): void {
  for (const model of axisModels(chart)) {
    const brushStyle = model.getAreaSelectStyle();
    const areas = model.activeIntervals.map((ends) => ({
      brushType: 'lineX',
      panelId: 'pl',
      brushStyle,
      range: ends.map((end) => model.axis.dataToCoord(end, true)),
    }));
    (chart as unknown as Internals).getViewOfComponentModel(model)._brushController.updateCovers(areas);
  }
}
