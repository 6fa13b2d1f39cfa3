import { strFromU8, unzipSync } from 'fflate';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { namedChart, chartNames } from '../../../main/charts/kinds/table.ts';
import type { ChartExport } from '../../../main/api.ts';
import type { LineChartSpec } from '../../../main/charts/kinds/lines.ts';
import type { PaperSpec } from '../../../main/charts/spec.ts';
import { exportChart, exportRuns } from '../../../main/exports/export.ts';
import type { Run } from '../../../main/runs/store/run.ts';
import type { Store } from '../../../main/runs/store/store.ts';
import type { MethodName } from '../../../main/training/methods/table.ts';
import { trainedRun } from '../../support/run-curves.ts';
import { stepRecord } from '../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../support/run-store.ts';

const paper: PaperSpec = {
  widthMm: 85,
  heightMm: 60,
  dpi: 300,
  fontFamily: 'Inter',
  fontSize: 8,
  theme: 'light',
  title: '',
};
const hostile = `<script>alert("1")</script>`;

interface Settings {
  readonly seed?: number;
  readonly momentum?: number;
  readonly method?: MethodName;
}

function recorded(store: Store, name: string, { seed = 1, momentum = 0, method = 'deprune' }: Settings = {}): Run {
  const run = trainedRun(store, { name, method, optimiser: { momentum } }, [0.3, 0.5, 0.6], { seed });
  const gates = (i: number): Float32Array => Float32Array.of(0.1, 0.5 + i / 100, 0.9, 0.2);
  store.append(
    run.id,
    Array.from({ length: 12 }, (_, i) => stepRecord(i, { epoch: i >> 2, budget: 2, gates: gates(i) })),
  );
  return run;
}

function text({ data }: { data: Uint8Array }): string {
  return new TextDecoder().decode(data);
}

describe('a chart on paper', () => {
  it('is SVG in millimetres, with its font named and users’ words as text', async () => {
    const store = openTestStore(temporaryFolder());
    const runs = [recorded(store, hostile), recorded(store, 'other')].map(({ id }) => id);
    const chart = namedChart('accuracy-bytes')!;
    const file = await exportChart(store, { runs, chart, format: 'svg', paper });
    expect(file).toMatchObject({ name: '2-runs-accuracy-bytes.svg', type: 'image/svg+xml' });
    expect(text(file)).toMatch(/^<svg width="85mm" height="60mm"[^>]*viewBox="0 0 240\.9/);
    expect(text(file)).toContain('Inter, Helvetica');
    expect(text(file)).toContain('&lt;script&gt;');
    expect(text(file)).not.toContain('<script');
  });

  it('is PNG of the size and resolution asked for, drawn black on white', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = recorded(store, 'deprune');
    const chart = namedChart('loss-step', { smoothing: 0.5 })!;
    const { data } = await exportChart(store, { runs: [id], chart, format: 'png', paper: { ...paper, dpi: 254 } });
    expect(await sharp(data).metadata()).toMatchObject({ width: 850, height: 600, density: 254 });
    const { channels } = await sharp(data).stats();
    expect(channels.slice(0, 3).map(({ max }) => max)).toEqual([255, 255, 255]);
    expect(Math.min(...channels.slice(0, 3).map(({ min }) => min))).toBeLessThan(30);
  });

  it('is one page of PDF with the font embedded as outlines, not as pictures', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = recorded(store, 'deprune');
    const chart = namedChart('accuracy-epoch')!;
    const file = await exportChart(store, {
      runs: [id],
      chart,
      format: 'pdf',
      paper: { ...paper, fontFamily: 'STIX Two Text' },
    });
    const source = Buffer.from(file.data).toString('latin1');
    expect(source.startsWith('%PDF-1')).toBe(true);
    expect(source).toContain('/MediaBox [0 0 241 170]');
    expect(source).toMatch(/FontName \/\w+\+STIXTwoText/);
    expect(source).toContain('/FontFile2');
    expect(source).not.toMatch(/\/Subtype \/(Type3|Image)/);
  });

  it('is drawn for every name', async () => {
    const store = openTestStore(temporaryFolder());
    const made = [recorded(store, 'deprune'), recorded(store, 'full', { method: 'full' })];
    const runs = made.map(({ id }) => id);
    for (const name of chartNames) {
      const file = await exportChart(store, { runs, chart: namedChart(name)!, format: 'svg', paper });
      expect(text(file), name).toMatch(/<(path|polyline|image)/);
      expect(text(file), name).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it('is the part that was asked for', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = recorded(store, 'deprune');
    const chart = namedChart('accuracy-epoch')!;
    const draw = async (changes: Partial<ChartExport>) =>
      text(await exportChart(store, { runs: [id], chart, format: 'svg', paper, ...changes }));
    expect(await draw({})).toContain('>30 %<');
    // Without the plan not beyond the last epoch.
    expect(await draw({ chart: namedChart('accuracy-epoch', { plan: undefined })! })).not.toMatch(/>(3\.5|4)</);
    // Between two epochs there are no others, so that the axis has both and nothing between.
    const part = await draw({ range: [2, 3] });
    expect(['>2<', '>3<', '>2.2<'].map((tick) => part.includes(tick))).toEqual([true, true, false]);
    const csv = await draw({ format: 'csv', range: [2, 3] });
    expect(csv).toContain('# a part: epoch from 2 to 3\r\n');
    expect(csv.match(/,measured,/g)).toHaveLength(2);
  });

  it('is of one data source, of each, or of all together', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = trainedRun(store, { name: 'two', sources: { count: 2 }, processes: 'separate' }, []);
    const records = Array.from({ length: 8 }, (_, i) => stepRecord(i >> 1, { source: i % 2 }));
    store.append(id, records);
    const draw = async (changes: Partial<ChartExport>, name = 'bytes-step') =>
      text(await exportChart(store, { runs: [id], chart: namedChart(name)!, format: 'csv', paper, ...changes }));
    const { bytesUp, bytesDown } = records[0];
    const last = (csv: string): number =>
      Math.max(...[...csv.matchAll(/,measured,\d+,(\d+)/g)].map(([, bytes]) => Number(bytes)));
    expect(last(await draw({}))).toBe(8 * (bytesUp + bytesDown));
    const one = await draw({ source: 1 });
    expect(last(one)).toBe(4 * (bytesUp + bytesDown));
    expect(one).toContain('# data source 2 alone\r\n');
    expect(await draw({ source: 'each' })).toMatch(/\r\nsource 1,[^]*\r\nsource 2,/);
    expect(await draw({ source: 'each' }, 'step-time')).toBe(await draw({}, 'step-time'));
    await expect(draw({ source: 2 })).rejects.toThrow(/data sources 1 to 2, not 3/);
    await expect(draw({ source: 1 }, 'gates')).rejects.toThrow(/first data source/);
  });

  it('says what was planned, where all runs are set alike and it is asked for', async () => {
    const store = openTestStore(temporaryFolder());
    const [run, seed] = [recorded(store, 'deprune'), recorded(store, 'deprune', { seed: 2 })];
    const other = recorded(store, 'other', { momentum: 0.9 });
    const draw = async (
      runs: Run[],
      name: string,
      changes: Partial<LineChartSpec> = {},
      format: 'svg' | 'csv' = 'svg',
    ) =>
      text(
        await exportChart(store, { runs: runs.map(({ id }) => id), chart: namedChart(name, changes)!, format, paper }),
      );
    expect(await draw([run], 'bytes-epoch')).toContain('>planned<');
    expect(await draw([run, seed], 'bytes-epoch')).toContain('>planned<');
    expect(await draw([run, other], 'bytes-epoch')).not.toContain('>planned<');
    expect(await draw([run], 'bytes-epoch', { plan: undefined })).not.toContain('>planned<');
    expect(await draw([run], 'bytes-time')).not.toContain('>planned<');
    expect(await draw([run], 'bytes-epoch', {}, 'csv')).toMatch(/\r\n,,,planned,0,0\r\n,,,planned,\d+,\d+\r\n/);
  });

  it('shows beside its metric what the window shows', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = recorded(store, 'deprune');
    const chart = {
      ...(namedChart('accuracy-epoch') as LineChartSpec),
      beside: ['train-accuracy'],
    } satisfies LineChartSpec;
    const draw = async (format: 'svg' | 'csv') => text(await exportChart(store, { runs: [id], chart, format, paper }));
    expect(await draw('svg')).toMatch(/>test<.*>training</s);
    expect((await draw('csv')).match(/,train-accuracy,\d,/g)).toHaveLength(3);
  });

  it('says what is missing: records, a gate, a difference, a font', async () => {
    const store = openTestStore(temporaryFolder());
    const empty = trainedRun(store, { name: 'empty' }, []);
    const plain = trainedRun(store, { name: 'plain' }, [0.5]);
    const draw = (run: Run, name: string, changes: Partial<PaperSpec> = {}) =>
      exportChart(store, { runs: [run.id], chart: namedChart(name)!, format: 'pdf', paper: { ...paper, ...changes } });
    await expect(draw(empty, 'accuracy-epoch')).rejects.toThrow(/no records yet/);
    await expect(draw(plain, 'gates')).rejects.toThrow(/has no gate/);
    await expect(draw(plain, 'parallel')).rejects.toThrow(/set alike/);
    await expect(draw(plain, 'accuracy-epoch', { fontFamily: 'No Such' })).rejects.toMatchObject({
      code: 'font-unknown',
    });
  });
});

describe('the data of a chart', () => {
  it('has every point as measured and as smoothed, and says where it is from', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = recorded(store, 'half, "wide"');
    const chart = namedChart('loss-step', { smoothing: 0.9, seedsAsBand: false })!;
    const lines = text(await exportChart(store, { runs: [id], chart, format: 'csv', paper })).split('\r\n');
    const [about, rows] = [
      lines.filter((line) => line.startsWith('#')),
      lines.filter((line) => line && !line.startsWith('#')),
    ];
    expect(about.join('\n')).toMatch(/Sluice \d.*\n.*settings sha256 [0-9a-f]{16}[^]*weight 0\.9/);
    expect(rows[0]).toBe('training,run,family,series,step,loss');
    expect(rows.filter((row) => row.includes(',measured,'))).toHaveLength(12);
    expect(rows.filter((row) => row.includes(',smoothed,'))).toHaveLength(12);
    expect(rows[1]).toBe(`"half, ""wide""",${id},"half, ""wide""",measured,1,1`);
  });
});

describe('the data of parallel coordinates', () => {
  it('is a row for each line, and says which were brushed', async () => {
    const store = openTestStore(temporaryFolder());
    const runs = [recorded(store, 'deprune'), recorded(store, 'other', { momentum: 0.9 })].map(({ id }) => id);
    const chart = { kind: 'parallel', seedsTogether: true, brushed: [`${runs[1]}/0`] } as const;
    const csv = text(await exportChart(store, { runs, chart, format: 'csv', paper })).split('\r\n');
    expect(csv.filter((line) => !line.startsWith('#'))).toEqual([
      'training,momentum,traffic,best accuracy,brushed',
      'deprune,0,9000,0.6,0',
      'other,0.9,9000,0.6,1',
      '',
    ]);
  });
});

describe('runs as files', () => {
  it('are a zip with settings, records, log and charts', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = recorded(store, 'deprune');
    const { name, data } = await exportRuns(store, { runs: [id], format: 'zip' });
    expect(name).toBe(`${id}.zip`);
    const files = unzipSync(data);
    const inside = Object.keys(files);
    for (const file of ['run.json', 'experiment.json', 'epochs.csv', 'steps.csv', 'pairs.csv', 'charts/gates.svg']) {
      expect(inside).toContain(`${id}/${file}`);
    }
    expect(inside).toContain('report.html');
    expect(JSON.parse(strFromU8(files[`${id}/experiment.json`]))).toMatchObject({ name: 'deprune', seeds: [1] });
  });

  it('are one table, one document or one report', async () => {
    const store = openTestStore(temporaryFolder());
    const runs = [1, 2].map((seed) => recorded(store, 'deprune', { seed }).id);
    const csv = text(await exportRuns(store, { runs, format: 'csv' }))
      .trim()
      .split('\r\n');
    expect(csv).toHaveLength(1 + 2 * 3);
    expect(JSON.parse(text(await exportRuns(store, { runs, format: 'json' })))).toHaveLength(2);
    expect(text(await exportRuns(store, { runs, format: 'html' }))).toContain('Accuracy against bytes');
  });
});
