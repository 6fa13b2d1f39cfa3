import { createPinia } from 'pinia';
import { TooltipProvider } from 'reka-ui';
import { createApp, defineComponent, h, nextTick, shallowRef } from 'vue';
import type { RunData, StepData } from '../../../main/charts/data.ts';
import { linesOf, type Line } from '../../../main/charts/drawable/lines.ts';
import { namedChart } from '../../../main/charts/kinds/table.ts';
import type { Range } from '../../../main/charts/drawable/sample.ts';
import type { LineChartSpec } from '../../../main/charts/kinds/lines.ts';
import { byStepColumn } from '../../../main/records/columns.ts';
import { trainingsOf } from '../../../main/charts/trainings.ts';
import type { ChartBench } from './bench.ts';
import LinesPanel from '../../../renderer/charts/LinesPanel.vue';
import { labKey, type Lab } from '../../../renderer/lab/index.ts';
import '../../../renderer/styles/base.css';
import '../../../renderer/styles/menu.css';

/** A chart of many long runs in a window of its own, driven by charts.ts from outside. */

const spec = namedChart('loss-bytes', { smoothing: 0.9, seedsAsBand: false, logX: false }) as LineChartSpec;
const none = { trainings: [], planned: [], range: null };
const lines = shallowRef<readonly Line[]>([]);
const range = shallowRef<Range | null>(null);

const silent = { api: {}, on: () => () => undefined, onReady: () => () => undefined } as unknown as Lab;
const Page = defineComponent(() => () => {
  const panel = h(LinesPanel, {
    title: 'Loss',
    data: { ...none, lines: lines.value },
    runs: [],
    spec,
    range: range.value,
  });
  return h(TooltipProvider, () => h('div', { style: 'width: 1200px; height: 640px; padding: 12px' }, panel));
});
createApp(Page).provide(labKey, silent).use(createPinia()).mount('#app');

function steps(run: number, count: number): StepData {
  const column = (value: (i: number) => number): Float64Array =>
    Float64Array.from({ length: count }, (_, i) => value(i));
  const constant = (value: number): Float64Array => new Float64Array(count).fill(value);
  const columns: Partial<Record<keyof StepData, Float64Array>> = {
    training: constant(0),
    phase: column((i) => Math.floor((2 * i) / count)),
    source: constant(0),
    epoch: column((i) => Math.floor((20 * i) / count)),
    step: column((i) => i),
    budget: constant(4),
    learningRate: constant(0.01),
    samples: constant(16),
    pruneLoss: constant(1),
    crossEntropy: column((i) => 0.6 + 0.05 * run + 1.6 * Math.exp((-4 * i) / count) + 0.3 * Math.random()),
    bytesUp: column((i) => 8192 + 16 * (i % 7)),
    bytesDown: constant(16_384),
    clientSeconds: constant(0.01),
    wireSeconds: constant(0.02),
    serverSeconds: constant(0.01),
    waitSeconds: constant(0.001),
  };
  return byStepColumn((name) => columns[name] ?? constant(0));
}

let runs: RunData[] = [];
let trained = 0;

function show(): void {
  const reached = runs.map((run) => ({
    ...run,
    steps: Object.fromEntries(
      Object.entries(run.steps).map(([name, values]: [string, Float64Array]) => [name, values.subarray(0, trained)]),
    ) as unknown as StepData,
  }));
  lines.value = linesOf(trainingsOf(reached), spec);
}

async function drawn(): Promise<void> {
  await nextTick();
  do await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  while (!document.querySelector('canvas'));
}

const bench: ChartBench = {
  prepare(count: number, length: number): void {
    runs = Array.from({ length: count }, (_, i) => ({
      id: `000${i + 1}`,
      name: `run ${i + 1}`,
      number: i + 1,
      seed: 1,
      settings: '',
      testSet: 'synthetic',
      network: '',
      pairs: [{ training: 0, firstPhase: 0, lastPhase: Infinity, budget: null }],
      sources: 1,
      dropped: 0,
      isFinished: false,
      epochs: [],
      steps: steps(i, length),
    }));
  },
  async draw(length: number): Promise<number> {
    const start = performance.now();
    trained = length;
    show();
    await drawn();
    return performance.now() - start;
  },
  async zoom(times: number): Promise<number[]> {
    const most = lines.value[0].x.at(-1)!;
    const taken: number[] = [];
    for (let i = 0; i < times; i++) {
      const start = performance.now();
      const width = most * 0.95 ** i;
      range.value = [most / 2 - width / 2, most / 2 + width / 2];
      await drawn();
      taken.push(performance.now() - start);
    }
    range.value = null;
    await drawn();
    return taken;
  },
  live(updates: number, perSecond: number, more: number): Promise<void> {
    return new Promise((done) => {
      let left = updates;
      const timer = setInterval(() => {
        trained += more;
        show();
        if (--left === 0) {
          clearInterval(timer);
          done();
        }
      }, 1000 / perSecond);
    });
  },
};
Object.assign(window, { bench });
