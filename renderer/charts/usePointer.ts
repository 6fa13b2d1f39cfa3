import type { ECharts } from 'echarts/core';
import { shallowRef, type Ref } from 'vue';
import type { Range } from '../../main/charts/drawable/sample.ts';
import { panned, selected, zoomed } from './zoom.ts';

/** Where the pointer is: on the page, in pixels of the chart, and on its axes. */
export interface Pointed {
  readonly pixel: readonly [x: number, y: number];
  readonly place: readonly [x: number, y: number];
}

export interface PointerOptions {
  readonly chart: () => ECharts | null;
  /** All of the x axis; null where a chart cannot be zoomed. */
  readonly full: () => Range | null;
  readonly logX: () => boolean;
  readonly range: Ref<Range | null>;
  readonly pick: (place: Pointed['place']) => void;
}

/** Pixels from which a press counts as dragging. */
const leastDrag = 5;

/** Pointing, zooming by dragging over a part (or Ctrl and wheel), and by keyboard: + − 0 and the arrows. */
export function usePointer({ chart, full, logX, range, pick }: PointerOptions) {
  const pointed = shallowRef<Pointed | null>(null);
  /** What is being dragged over, in pixels of the chart. */
  const drag = shallowRef<readonly [from: number, to: number] | null>(null);
  let pressed: number | null = null;

  function locate(event: MouseEvent): Pointed | null {
    const target = chart();
    if (!target) return null;
    const box = target.getDom().getBoundingClientRect();
    const pixel: [number, number] = [event.clientX - box.left, event.clientY - box.top];
    if (!target.containPixel({ gridIndex: 0 }, pixel)) return null;
    const place = target.convertFromPixel({ gridIndex: 0 }, pixel) as unknown as [number, number];
    return { pixel, place };
  }
  const placeAt = (pixel: number): number => chart()!.convertFromPixel({ xAxisIndex: 0 }, pixel);

  function press(event: PointerEvent): void {
    const here = event.button === 0 && full() ? locate(event) : null;
    if (!here) return;
    pressed = here.pixel[0];
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
  }
  function move(event: PointerEvent): void {
    pointed.value = locate(event);
    const target = chart();
    if (pressed === null || !target) return;
    const to = event.clientX - target.getDom().getBoundingClientRect().left;
    drag.value = Math.abs(to - pressed) < leastDrag ? null : [pressed, to];
  }
  function release(): void {
    const all = full();
    if (drag.value && all) range.value = selected(placeAt(drag.value[0]), placeAt(drag.value[1]), all) ?? range.value;
    else if (pressed !== null && pointed.value) pick(pointed.value.place);
    cancel();
  }
  function cancel(): void {
    drag.value = null;
    pressed = null;
  }
  function leave(): void {
    pointed.value = null;
  }
  function wheel(event: WheelEvent): void {
    const all = full();
    const here = event.ctrlKey && all ? locate(event) : null;
    if (!here || !all) return;
    event.preventDefault();
    range.value = zoomed(range.value ?? all, all, Math.exp(event.deltaY / 400), here.place[0], logX());
  }
  function key(event: KeyboardEvent): void {
    const all = full();
    if (!all || event.target !== event.currentTarget) return;
    const now = range.value ?? all;
    const middle = logX() ? Math.sqrt(now[0] * now[1]) : (now[0] + now[1]) / 2;
    const moves: Readonly<Record<string, () => Range | null>> = {
      '+': () => zoomed(now, all, 0.5, middle, logX()),
      '-': () => zoomed(now, all, 2, middle, logX()),
      '0': () => null,
      ArrowLeft: () => panned(now, all, -0.25, logX()),
      ArrowRight: () => panned(now, all, 0.25, logX()),
    };
    const go = moves[event.key === '=' ? '+' : event.key];
    if (!go) return;
    event.preventDefault();
    range.value = go();
  }
  return { pointed, drag, press, move, release, cancel, leave, wheel, key };
}
