import { syntheticInfo } from '../../../main/data/synthetic.ts';
import { frontierFacts } from '../../../main/runs/experiment/frontier-facts.ts';
import { init, use, type EChartsCoreOption } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { differingSettings } from '../../../main/charts/differing.ts';
import type { FamilySet } from '../../../main/charts/drawable/family.ts';
import { registerCharts } from '../../../main/charts/drawing/register.ts';
import type { Provided } from '../../../main/charts/kinds/kind.ts';
import { chartKinds, kindOf, namedChart, type ChartSpec } from '../../../main/charts/kinds/table.ts';
import type * as Style from '../../../main/charts/style.ts';
import { screenStyle } from '../../../main/charts/style.ts';
import { readTrainings } from '../../../main/exports/charts/chart-data.ts';
import type * as Drawing from '../../../main/exports/charts/drawing.ts';
import { gateHistory } from '../../../main/exports/charts/gate-history.ts';
import { sharedPlan } from '../../../main/exports/charts/shared-plan.ts';
import { exportChart } from '../../../main/exports/export.ts';
import { renderReport } from '../../../main/exports/report/report.ts';
import type { Run } from '../../../main/runs/store/run.ts';
import type { Store } from '../../../main/runs/store/store.ts';
import { makeTestSet } from '../../support/model-set.ts';
import { trainedRun } from '../../support/run-curves.ts';
import { stepRecord } from '../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../support/run-store.ts';

/** Page, file and report look alike here, so that all that could differ is what they draw. */
vi.mock('../../../main/charts/style.ts', async (original) => {
  const style = await original<typeof Style>();
  const bitmap = () => ({ toDataURL: () => 'data:,' });
  const same = { ...style.screenStyle('light', 720, 'sans-serif'), bitmap };
  return { ...style, pageStyle: () => same, paperStyle: () => same, screenStyle: () => same };
});

const drawn = vi.hoisted((): EChartsCoreOption[] => []);
vi.mock('../../../main/exports/charts/drawing.ts', async (original) => ({
  ...(await original<typeof Drawing>()),
  drawSvg: (option: EChartsCoreOption) => {
    drawn.push(option);
    return '<svg/>';
  },
}));

let store: Store;
let runs: readonly Run[];
let sets: readonly FamilySet[];

beforeEach(async () => {
  vi.stubEnv('SLUICE_HOME', temporaryFolder());
  sets = [(await makeTestSet()).manifest];
  store = openTestStore(temporaryFolder());
  // One at the full budget for as many epochs, by which the other is measured.
  const full = { method: 'full' as const, phases: [{ budget: 'full' as const, epochs: 9 }] };
  const settings = [full, { optimiser: { momentum: 0.9 } }];
  runs = settings.map((each, i) => trainedRun(store, { name: `run ${i}`, ...each }, [0.3, 0.5, 0.6]));
});

/** The option of a file. */
async function onPaper(chart: ChartSpec): Promise<EChartsCoreOption> {
  const paper = { widthMm: 85, heightMm: 60, dpi: 300, fontFamily: 'Inter', fontSize: 8, title: '' };
  drawn.length = 0;
  await exportChart(store, {
    runs: runs.map(({ id }) => id),
    sets: sets.map(({ name }) => name),
    chart,
    format: 'svg',
    paper: { ...paper, theme: 'light' },
  });
  return drawn[0];
}

/** The option of a page, which has the same from the lab. */
function onPage(chart: ChartSpec): EChartsCoreOption {
  const trainings = readTrainings(store, runs);
  const settings = differingSettings(runs.map(({ experiment }) => experiment));
  const provided: Provided = {
    plan: sharedPlan(store, runs),
    differences: { runs: runs.map(({ id }) => id), settings },
    gates: gateHistory(store, runs[0], 0, 400),
    frontier: runs.map(({ id, experiment }) => frontierFacts(id, experiment, syntheticInfo)),
    sets,
  };
  const kind = kindOf(chart);
  const data = kind.data({ trainings, source: 'all', range: null, ...provided }, chart);
  return kind.option(data, chart, screenStyle('light', 1, ''));
}

/** Functions are told by what they are written as. */
function plain(option: EChartsCoreOption): unknown {
  return JSON.parse(
    JSON.stringify(option, (_, value: unknown) => {
      if (typeof value === 'function') return String(value);
      return value instanceof Float64Array ? [...value].map(String) : value;
    }),
  );
}

function appendSteps(): void {
  const gates = (i: number): Float32Array => Float32Array.of(0.1, 0.5 + i / 100, 0.9, 0.2);
  const steps = Array.from({ length: 12 }, (_, i) => stepRecord(i, { epoch: i >> 2, budget: 2, gates: gates(i) }));
  for (const { id } of runs) store.append(id, steps);
}

describe('one chart', () => {
  it('is the same in a file as on a page, whatever its kind', async () => {
    appendSteps();
    for (const { charts } of chartKinds) {
      for (const [name, chart] of Object.entries(charts).slice(0, 8)) {
        expect(plain(await onPaper(chart)), name).toEqual(plain(onPage(chart)));
      }
    }
    const smooth = namedChart('loss-step', { smoothing: 0.9, logY: true, seedsAsBand: false })!;
    expect(plain(await onPaper(smooth))).toEqual(plain(onPage(smooth)));
    expect(plain(await onPaper(smooth))).not.toEqual(plain(await onPaper(namedChart('loss-step')!)));
  });

  it('is the same in a report as in a file', async () => {
    const named = chartKinds.flatMap(({ charts, paper }) =>
      Object.keys(paper.report ?? {}).map((name) => charts[name]),
    );
    const files: unknown[] = [];
    for (const chart of named) files.push(plain(await onPaper(chart)));
    drawn.length = 0;
    renderReport(store, runs, { title: 'Mine', madeAt: new Date(0) });
    expect(drawn.map(plain)).toEqual(files);
    expect(files).toHaveLength(7);
  });

  it('is made of the parts that its kind names, which are all that a window knows of', async () => {
    appendSteps();
    registerCharts();
    use([SVGRenderer]);
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    for (const chart of chartKinds.flatMap(({ charts }) => Object.values(charts).slice(0, 8))) {
      const drawing = init(null, null, { renderer: 'svg', ssr: true, width: 300, height: 200 });
      drawing.setOption(await onPaper(chart));
      drawing.dispose();
    }
    expect(complaints.mock.calls).toEqual([]);
    complaints.mockRestore();
  });
});
