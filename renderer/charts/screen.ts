import { useElementSize, useElementVisibility } from '@vueuse/core';
import { CanvasRenderer } from 'echarts/renderers';
import { init, use, type ECharts, type EChartsCoreOption } from 'echarts/core';
import { computed, onScopeDispose, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { registerCharts } from '../../main/charts/drawing/register.ts';
import { screenStyle, type ChartStyle, type Medium } from '../../main/charts/style.ts';
import { useSettings } from '../stores/settings.ts';
import { bitmap } from './bitmap.ts';
import { changesOf } from './changes.ts';
import { drawInTurn } from './drawing-turns.ts';
import { pointedFamily } from './cursor.ts';

registerCharts();
use([CanvasRenderer]);

/** A chart on the screen: drawn only while it can be seen, and again when what it depends on has changed. */
export interface ScreenChart {
  readonly style: Readonly<Ref<ChartStyle>>;
  /** The ECharts instance once it has drawn; never made reactive. */
  readonly chart: Readonly<ShallowRef<ECharts | null>>;
  /** Counts drawings, for what is laid over the chart. */
  readonly drawings: Readonly<Ref<number>>;
}

const fontFamily = "'Inter Variable', system-ui, sans-serif";
const hasFont = shallowRef(false);

/** Gets the font, as a canvas, unlike the page, is not drawn again when it comes. */
async function loadFont(): Promise<void> {
  const faces = await document.fonts?.load(`12px ${fontFamily}`);
  if (faces?.length) hasFont.value = true;
}

const context = document.createElement('canvas').getContext('2d');

/** Texts as wide as they are drawn in a font; undefined where nothing can be drawn. */
function mediumIn(family: string): Medium | undefined {
  if (!context) return undefined;
  const measure: Medium['measure'] = (text, fontSize) => {
    context.font = `${fontSize}px ${family}`;
    return context.measureText(text).width;
  };
  return { measure, bitmap };
}

/** The style of charts in this window: the colours are those of the page. */
export function useScreenStyle(width: () => number): Readonly<Ref<ChartStyle>> {
  const settings = useSettings();
  if (!hasFont.value) void loadFont();
  return computed(() => {
    const scheme = settings.theme;
    const page = getComputedStyle(document.documentElement);
    const colour = (name: string): string => page.getPropertyValue(name).trim();
    const own = {
      ground: colour('--surface'),
      text: colour('--text'),
      faint: colour('--text-faint'),
      grid: colour('--line'),
    };
    const family = hasFont.value ? fontFamily : 'system-ui, sans-serif';
    return screenStyle(scheme, width(), family, own.ground === '' ? {} : own, mediumIn(family));
  });
}

/** Without animations nothing is drawn after the first frame: the browser need not make another ten after each drawing. */
function begin(element: HTMLElement): ECharts {
  const chart = init(element, null, { renderer: 'canvas' });
  chart.getZr().setSleepAfterStill(1);
  return chart;
}

/** Draws what `draw` makes for the element's size; null draws nothing. Dependencies of `draw` are tracked. */
export function useScreenChart(
  element: Readonly<Ref<HTMLElement | null>>,
  draw: (style: ChartStyle) => EChartsCoreOption | null,
): ScreenChart {
  const { width, height } = useElementSize(element);
  const visible = useElementVisibility(element, { rootMargin: '100px' });
  const style = useScreenStyle(() => width.value);
  const chart = shallowRef<ECharts | null>(null);
  const drawings = shallowRef(0);
  const option = computed(() => (visible.value && width.value > 0 && height.value > 0 ? draw(style.value) : null));
  let drawn: EChartsCoreOption | null = null;

  function update(): void {
    isWaiting = false;
    if (!option.value || !element.value || isGone) return;
    chart.value ??= begin(element.value);
    // Resizing and drawing lay everything out: each only when there is something to it.
    const resized = chart.value.getWidth() !== width.value || chart.value.getHeight() !== height.value;
    if (resized) chart.value.resize({ width: width.value, height: height.value, silent: true });
    const changes = changesOf(drawn, option.value);
    drawn = option.value;
    if (changes) chart.value.setOption(changes.option, { replaceMerge: changes.replaceMerge });
    if (!changes && !resized) return;
    emphasise();
    drawings.value++;
  }
  let [isWaiting, isGone] = [false, false];
  watch(
    [option, width, height],
    () => {
      if (isWaiting) return;
      isWaiting = true;
      drawInTurn(update);
    },
    { flush: 'post', immediate: true },
  );

  let emphasised: string | null = null;
  function emphasise(): void {
    const target = chart.value;
    if (!target) return;
    if (emphasised !== null) target.dispatchAction({ type: 'downplay' });
    emphasised = pointedFamily.value;
    for (const found of findFamily(option.value, emphasised)) target.dispatchAction({ type: 'highlight', ...found });
  }
  watch(pointedFamily, emphasise);

  onScopeDispose(() => {
    isGone = true;
    chart.value?.dispose();
    chart.value = null;
  });
  return { style, chart, drawings };
}

/** Where a family is drawn: as series of its name, or as a line of parallel coordinates. */
function findFamily(option: EChartsCoreOption | null, family: string | null): object[] {
  if (family === null) return [];
  const series = (option?.['series'] ?? []) as readonly { readonly id: string; name?: string; type: string }[];
  const ids = series.filter(({ name }) => name === family).map(({ id }) => id);
  const parallel = series.filter(({ type }) => type === 'parallel');
  return [
    ...(ids.length > 0 ? [{ seriesId: ids }] : []),
    ...parallel.map(({ id }) => ({ seriesId: id, name: family })),
  ];
}

/** What ECharts tells of its layout only through its model. */
interface Laid {
  getModel(): {
    getComponent(name: 'grid'): { coordinateSystem?: { getRect(): PlotBox } } | undefined;
  };
}

/** Where the plot lies within the chart, without axes and names, in pixels. */
export interface PlotBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function plotBox(chart: ECharts): PlotBox | null {
  return (chart as unknown as Laid).getModel().getComponent('grid')?.coordinateSystem?.getRect() ?? null;
}

/** How places on the axes and pixels of a drawing belong together, for what is laid over it. */
export interface Frame {
  readonly plot: PlotBox;
  toPixel(axis: 'x' | 'y', place: number): number;
  toPlace(axis: 'x' | 'y', pixel: number): number;
}

export function frameOf(chart: ECharts): Frame | null {
  const plot = plotBox(chart);
  const finder = (axis: 'x' | 'y') => (axis === 'x' ? { xAxisIndex: 0 } : { yAxisIndex: 0 });
  return (
    plot && {
      plot,
      toPixel: (axis, place) => chart.convertToPixel(finder(axis), place),
      toPlace: (axis, pixel) => chart.convertFromPixel(finder(axis), pixel),
    }
  );
}
