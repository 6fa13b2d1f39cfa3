import { shallowRef } from 'vue';
import type { AxisKind } from '../../main/charts/spec.ts';

/** Where the pointer is on the x axis of some chart; charts with the same axis show it too. */
export interface Cursor {
  readonly group: string;
  readonly axis: AxisKind;
  readonly place: number;
}

export const cursor = shallowRef<Cursor | null>(null);

/** The family of lines that is pointed at, in whichever chart, legend or table; all charts bring it out. */
export const pointedFamily = shallowRef<string | null>(null);
