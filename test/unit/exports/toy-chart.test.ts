import { unzipSync } from 'fflate';
import sharp from 'sharp';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChartExport, LabApi } from '../../../main/api.ts';
import type { ChartFormat } from '../../../main/api/formats.ts';
import type * as Index from '../../../main/charts/kinds/index.ts';
import type { ChartKind } from '../../../main/charts/kinds/kind.ts';
import { chartName, kindOf, namedChart, type ChartSpec } from '../../../main/charts/kinds/table.ts';
import { chartHelp, chartOf, paperOf, type ChartOptions } from '../../../main/cli/export-chart.ts';
import { exportChart, exportRuns } from '../../../main/exports/export.ts';
import { renderReport } from '../../../main/exports/report/report.ts';
import type { Procedures } from '../../../main/lab/lab-state.ts';
import { checkInputs } from '../../../main/lab/window/inputs.ts';
import type { Store } from '../../../main/runs/store/store.ts';
import { trainedRun } from '../../support/run-curves.ts';
import { openTestStore, temporaryFolder } from '../../support/run-store.ts';

/** A kind of chart that is nowhere but here: how many epochs each training has. */
interface ToySpec {
  readonly kind: 'toy';
  readonly height: number;
  readonly margin?: number;
}

vi.mock('../../../main/charts/kinds/index.ts', async (original) => {
  const toy: ChartKind<ToySpec, 'plan', readonly number[]> = {
    kind: 'toy',
    help: ['toy', 'how many epochs each training has'],
    charts: { toy: { kind: 'toy', height: 1 } },
    takes: ['margin'],
    nameOf: () => 'toy',
    schema: (z) => z.strictObject({ kind: z.literal('toy'), height: z.number().min(0), margin: z.number().optional() }),
    needs: ['plan'],
    showsEachSource: true,
    showsPairs: true,
    data: ({ trainings, plan }, { height }) => [
      ...trainings.map(({ epochs }) => height * epochs.length),
      ...(plan?.phases.map(({ epochs }) => epochs) ?? []),
    ],
    parts: ['LineChart'],
    option: (data, _, { palette }) => ({
      animation: false,
      title: { text: 'Toy drawing' },
      xAxis: { type: 'category' },
      yAxis: {},
      series: [{ type: 'line', data, lineStyle: { color: palette[0] } }],
    }),
    rows: (data) => [['epochs'], ...data.map((epochs) => [epochs])],
    notes: () => ['toys are counted'],
    paper: {
      size: { widthMm: 30, heightMm: 20, fontSize: 8 },
      report: { toy: 'A toy among charts' },
      archive: ['toy'],
    },
  };
  const { kinds } = await original<typeof Index>();
  return { kinds: [...kinds, toy] };
});

const options: ChartOptions = {
  dpi: 254,
  font: 'Inter',
  fontSize: 8,
  theme: 'light',
  title: '',
  bands: true,
  phases: true,
  plan: true,
};

describe('a kind of chart that is in the list alone', () => {
  let store: Store;
  let run: string;
  beforeEach(() => {
    store = openTestStore(temporaryFolder());
    run = trainedRun(store, { name: 'short', phases: [{ budget: 4, epochs: 7 }] }, [0.3, 0.5, 0.6]).id;
  });

  const drawn = (format: ChartFormat) => {
    const chart = chartOf('toy', options);
    return exportChart(store, { runs: [run], chart, format, paper: paperOf(chart, options) });
  };

  it('becomes SVG, PNG and PDF of its own size, and CSV', async () => {
    const text = async (format: ChartFormat): Promise<string> => Buffer.from((await drawn(format)).data).toString();
    expect((await drawn('svg')).name).toBe(`${run}-toy.svg`);
    expect(await text('svg')).toMatch(/^<svg width="30mm" height="20mm"[^]*Toy drawing/);
    expect(await sharp((await drawn('png')).data).metadata()).toMatchObject({ width: 300, height: 200 });
    expect(await text('pdf')).toMatch(/^%PDF-1[^]*MediaBox \[0 0 85 57\]/);
    expect(await text('csv')).toMatch(/# toys are counted\r\nepochs\r\n3\r\n7\r\n$/);
  });

  it('stands in the report and among the files of a run', async () => {
    const page = renderReport(store, [store.find(run)], { title: 'Mine', madeAt: new Date(0) });
    expect(page).toMatch(/<h2>A toy among charts<\/h2>\n<svg role="img"[^]*Toy drawing/);
    const { data } = await exportRuns(store, { runs: [run], format: 'zip' });
    expect(Object.keys(unzipSync(data))).toContain(`${run}/charts/toy.svg`);
  });

  it('has a name for commands and files, and a line of help', () => {
    expect(chartName(namedChart('toy')!)).toBe('toy');
    expect(chartHelp()).toContain('toy              how many epochs each training has');
    expect(() => chartOf('toi', options)).toThrow(/Did you mean toy\?/);
  });

  it('takes of a command line what it says, and no more', () => {
    expect(chartOf('toy', { ...options, logY: true })).toEqual({ kind: 'toy', height: 1 });
    expect(chartOf('toy', { ...options, margin: 2 })).toEqual({ kind: 'toy', height: 1, margin: 2 });
    expect(chartOf('frontier', { ...options, margin: 2, logX: false, smoothing: 0.5 })).toEqual({
      kind: 'frontier',
      margin: 2,
      logX: false,
    });
    expect(() => chartOf('loss-step', { ...options, margin: 2 })).toThrow(
      /--margin is of the chart frontier, toy alone, not of loss-step/,
    );
    expect(chartOf('parallel', { ...options, bands: false })).toMatchObject({ seedsTogether: false });
  });

  it('is taken by the lab, which says what is wrong with it', () => {
    const asked: ChartExport[] = [];
    const api = { exportChart: (request: ChartExport) => void asked.push(request) };
    const lab = checkInputs(api as unknown as Procedures<keyof LabApi>);
    const paper = paperOf(chartOf('toy', options), options);
    const request = (chart: object): ChartExport => {
      return { runs: [run], chart: chart as ChartSpec, format: 'svg', paper };
    };
    void lab.exportChart(request({ kind: 'toy', height: 2 }));
    expect(asked).toMatchObject([{ chart: { kind: 'toy', height: 2 } }]);
    expect(() => lab.exportChart(request({ kind: 'toy', height: -1 }))).toThrow(/chart\.height is -1/);
    expect(() => lab.exportChart(request({ kind: 'pie' }))).toThrow(/chart\.kind/);
  });

  it('is not mistaken for another', () => {
    expect(kindOf(namedChart('toy')!).kind).toBe('toy');
    expect(() => kindOf({ kind: 'pie' } as unknown as ChartSpec)).toThrow(/no kind of chart "pie"/);
  });
});
