import { describe, expect, it } from 'vitest';
import { renderReport } from '../../../../main/exports/report/report.ts';
import { trainedRun } from '../../../support/run-curves.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';

const madeAt = new Date('2026-10-20T14:03:11Z');
const hostile = `<script>alert("1")</script>' & <img src=x onerror=alert(2)>`;

describe('a report', () => {
  it('has the charts, the table and the settings of every run', () => {
    const store = openTestStore(temporaryFolder());
    const runs = [
      trainedRun(store, { name: 'deprune' }, [0.3, 0.6], { bytes: 10_000 }),
      trainedRun(store, { name: 'full budget', batchSize: 32 }, [0.4, 0.7], { bytes: 1_000_000 }),
    ];
    const page = renderReport(store, runs, { title: 'Mine', madeAt, reach: 0.5 });
    expect(page.match(/<svg role="img" aria-label="[^"]*"/g)).toEqual([
      '<svg role="img" aria-label="Accuracy by epoch"',
      '<svg role="img" aria-label="Accuracy by bytes"',
      '<svg role="img" aria-label="Bytes by epoch"',
      '<svg role="img" aria-label="Bytes by time"',
      '<svg role="img" aria-label="Accuracy against bytes"',
      '<svg role="img" aria-label="Settings and results"',
    ]);
    for (const text of [
      'deprune',
      'full budget',
      '60.0 %',
      '100×',
      '6.00 MB',
      '"batchSize": 16'.replaceAll('"', '&quot;'),
    ]) {
      expect(page).toContain(text);
    }
    expect(page).toContain('2026-10-20 14:03 UTC');
  });

  it('says when runs are tested on different images', () => {
    const store = openTestStore(temporaryFolder());
    const page = (...testSamples: number[]): string => {
      const runs = testSamples.map((count, i) =>
        trainedRun(store, { name: `run ${i}`, dataset: { name: 'synthetic', testSamples: count } }, [0.3]),
      );
      return renderReport(store, runs, { title: 'Mine', madeAt });
    };
    expect(page(500, 1000)).toContain('tested on different images: synthetic (500 test images), synthetic (1000 test');
    expect(page(500, 500)).not.toContain('tested on different images');
  });

  it('shows what users wrote as text, runs no script and loads nothing', () => {
    const store = openTestStore(temporaryFolder());
    const runs = [trainedRun(store, { name: hostile, notes: hostile }, [0.3, 0.6])];
    const page = renderReport(store, runs, { title: hostile, description: hostile, madeAt });
    expect(page).not.toMatch(/<script|<img|<link|<iframe|@import|url\((?!#)/i);
    expect(page).toContain("default-src 'none'");
    expect(page.replaceAll('http://www.w3.org/', '')).not.toMatch(/https?:/);
  });

  it('has what was written before, between and after the sections that it names, and no others', () => {
    const store = openTestStore(temporaryFolder());
    const runs = ['a', 'b'].map((name) => trainedRun(store, { name }, [0.3, 0.6]));
    const prose = `# Findings\n\nIt **works**.\n\n{{accuracy-bytes}}\n\n- cheap\n\n{{results}}\n\n{{pairs}}\n\n${hostile}`;
    const page = renderReport(store, runs, { title: 'Mine', madeAt, prose });
    const order = ['<h3>Findings</h3>', '<strong>works</strong>', 'Accuracy by bytes', '<li>cheap</li>', '<table>'];
    const places = [...order, 'Model pairs: there is nothing to show yet.', '&lt;script&gt;'].map((text) =>
      page.indexOf(text),
    );
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
    expect(page).not.toMatch(/Accuracy by epoch|All settings|<script|<img/);
  });

  it('is kept in the lab under its name, with its runs and its comparison', () => {
    const store = openTestStore(temporaryFolder());
    const report = { name: 'Findings', runs: ['1', '2'], reach: 0.6, view: 'runs=1,2&x=bytes', prose: '# It works' };
    store.saveReport({ ...report, prose: 'draft' });
    store.saveReport(report);
    store.saveReport({ ...report, name: 'Another', reach: null });
    expect(store.reports().map(({ name }) => name)).toEqual(['Another', 'Findings']);
    expect(store.report('Findings')).toEqual(report);
    expect(() => store.report('Finding')).toThrow('There is no report "Finding" in the lab. Did you mean "Findings"?');
    store.deleteReport('Findings');
    expect(store.reports()).toEqual([{ ...report, name: 'Another', reach: null }]);
  });

  it('follows the colour scheme of the reader', () => {
    const store = openTestStore(temporaryFolder());
    const runs = ['a', 'b', 'c'].map((name) => trainedRun(store, { name }, [0.3, 0.6]));
    const page = renderReport(store, runs, { title: 'Mine', madeAt });
    const [light, dark] = [...page.matchAll(/:root\{([^}]*)\}/g)].map(([, rules]) => rules.match(/--[\w-]+/g));
    expect(light).toEqual(dark);
    const used = new Set([...page.matchAll(/var\((--[\w-]+)\)/g)].map(([, name]) => name));
    expect(light).toEqual(expect.arrayContaining([...used]));
    expect([...used]).toEqual(expect.arrayContaining(['--series-0', '--series-1', '--series-2']));
  });

  it('draws the seeds of an experiment alike, with one entry in the legend', () => {
    const store = openTestStore(temporaryFolder());
    const runs = [1, 2, 3].map((seed) => trainedRun(store, { name: 'deprune' }, [0.3, 0.6], { seed }));
    const other = trainedRun(store, { name: 'full' }, [0.3, 0.6]);
    const [, chart] = renderReport(store, [...runs, other], { title: 'Mine', madeAt }).split('<svg');
    expect(chart.match(/>deprune</g)).toHaveLength(1);
    expect(chart).not.toContain('--series-2');
  });

  it('tells the settings that differ, and only these', () => {
    const store = openTestStore(temporaryFolder());
    const runs = [4, 8].map((budget) => trainedRun(store, { name: 'deprune', phases: [{ budget, epochs: 2 }] }, [0.3]));
    const page = renderReport(store, runs, { title: 'Mine', madeAt });
    const [, differing] = page.split('Settings that differ');
    expect(differing.split('</table>')[0].match(/<td class="left">[^<]*/g)).toEqual([
      '<td class="left">phases',
      '<td class="left">4 × 2',
      '<td class="left">8 × 2',
    ]);
  });

  it('draws no charts before the first epoch, and one point after it', () => {
    const store = openTestStore(temporaryFolder());
    const run = trainedRun(store, {}, []);
    expect(renderReport(store, [run], { title: 'Mine', madeAt })).not.toContain('<svg');
    const first = trainedRun(store, {}, [0.1]);
    expect(renderReport(store, [run, first], { title: 'Mine', madeAt })).toContain('<svg');
  });
});
