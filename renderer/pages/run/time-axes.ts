import type { StepTimeChartSpec } from '../../../main/charts/kinds/step-time.ts';
import type { AxisKind } from '../../../main/charts/spec.ts';

/** What the time of steps can be drawn over. */
export const timeAxes = ['epoch', 'step', 'time'] as const satisfies readonly StepTimeChartSpec['x'][];

/** The axis of the page, where the time of steps can be drawn over it. */
export function timeAxis(axis: AxisKind): StepTimeChartSpec['x'] {
  return axis === 'bytes' ? 'epoch' : axis;
}
