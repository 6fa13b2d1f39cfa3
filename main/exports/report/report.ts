import type { Claim } from '../../charts/comparison/claims.ts';
import { differingSettings, formatSetting } from '../../charts/differing.ts';
import { testSetsDiffer } from '../../charts/test-sets.ts';
import { cssColours } from '../../charts/style.ts';
import { compare } from '../tables/compare.ts';
import { comparisonNotes, comparisonTable, pairTable, type Table } from '../tables/comparison-table.ts';
import { curvesOf } from '../tables/curves.ts';
import { noteHtml } from '../../markdown.ts';
import { reportCharts } from './report-charts.ts';
import { runNumber, type Run } from '../../runs/store/run.ts';
import type { Store } from '../../runs/store/store.ts';

export interface ReportOptions {
  readonly title: string;
  /** A sentence or two under the title. */
  readonly description?: string;
  /** An accuracy between 0 and 1 whose price the tables tell. */
  readonly reach?: number;
  readonly madeAt: Date;
}

/**
 * A comparison of runs as one HTML page: charts, tables, settings. It holds no script and loads nothing. Throws
 * `level-chance`.
 */
export function renderReport(store: Store, chosen: readonly Run[], options: ReportOptions): string {
  const { title, description, reach, madeAt } = options;
  const curves = curvesOf(store, chosen);
  const comparison = compare(curves, reach);
  const pairs = pairTable(curves);
  const testedOn = testSetsDiffer(chosen.map(({ experiment }) => experiment));
  const runs = [...new Map(curves.map(({ run }) => [run.id, run])).values()];
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="color-scheme" content="light dark">',
    `<title>${escape(title)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    `<h1>${escape(title)}</h1>`,
    ...(description ? [`<p>${escape(description)}</p>`] : []),
    ...(testedOn ? [`<p><strong>${escape(testedOn)}</strong></p>`] : []),
    ...comparison.claims.map(claimHtml),
    tableHtml(comparisonTable(curves, comparison)),
    ...comparisonNotes(comparison).map((text) => `<p class="note">${escape(text)} ${explanation}</p>`),
    ...(pairs ? ['<h2>Model pairs</h2>', tableHtml(pairs), `<p class="note">${pairExplanation}</p>`] : []),
    ...reportCharts(store, curves).map(({ title, svg }) => `<section><h2>${title}</h2>\n${svg}</section>`),
    ...(runs.length > 1 ? differences(runs) : []),
    ...notesOf(store, runs),
    '<h2>All settings</h2>',
    ...runs.map(settings),
    `<p class="note">Made by Sluice on ${escape(madeAt.toISOString().slice(0, 16).replace('T', ' '))} UTC.</p>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const explanation =
  'Up and down: bytes of training traffic, client to server and back, counted from the encoded messages. ' +
  'Samples/s: training, evaluation left out.';

const pairExplanation =
  'The client and server trained for each budget: accuracy as the pair was kept, and what one sample sends when the ' +
  'pair is used.';

const style = `
:root{${cssColours('light')}}
@media (prefers-color-scheme:dark){:root{${cssColours('dark')}}}
body{background:var(--ground);color:var(--text);font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{margin-bottom:0}
h2{margin:2.5rem 0 .5rem;font-size:1.15rem}
svg{display:block;width:100%;max-width:45rem;height:auto}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;white-space:nowrap}
th,td{padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--grid);text-align:right}
th{color:var(--faint);font-weight:500}
.left{text-align:left}
.note,summary{color:var(--faint);font-size:.9rem}
pre{overflow-x:auto;font-size:.85rem}
`;

function claimHtml({ before, figure, after }: Claim): string {
  return `<p>${escape(before)}<strong>${escape(figure)}</strong>${escape(after)}</p>`;
}

function tableHtml({ columns, rows }: Table): string {
  const cells = (tag: 'th' | 'td', row: readonly string[]): string => {
    const cell = (text: string, i: number): string =>
      `<${tag}${columns[i].align === 'left' ? ' class="left"' : ''}>${escape(text)}</${tag}>`;
    return `<tr>${row.map(cell).join('')}</tr>`;
  };
  const head = cells(
    'th',
    columns.map(({ title }) => title),
  );
  const body = rows.map((row) => cells('td', row)).join('\n');
  return `<div class="wide"><table>\n<thead>${head}</thead>\n<tbody>\n${body}\n</tbody>\n</table></div>`;
}

/** What was set differently, a column for each run. */
function differences(runs: readonly Run[]): string[] {
  const differing = differingSettings(runs.map(({ experiment }) => experiment));
  if (differing.length === 0) return [];
  const table: Table = {
    columns: [
      { title: 'setting', align: 'left' },
      ...runs.map((run) => ({ title: `${runNumber(run)} ${run.name}`, align: 'left' as const })),
    ],
    rows: differing.map(({ path, values }) => [path, ...values.map(formatSetting)]),
  };
  return ['<h2>Settings that differ</h2>', tableHtml(table)];
}

/** What was noted of the runs; nothing where nothing was. */
function notesOf(store: Store, runs: readonly Run[]): string[] {
  const noted = runs.flatMap((run) => {
    const { notes } = store.annotations(run.id);
    return notes.trim() === '' ? [] : [{ run, notes }];
  });
  if (noted.length === 0) return [];
  const heading = ({ name, seed, ...run }: Run): string => escape(`${runNumber(run)} ${name}, seed ${seed}`);
  return [
    '<h2>Notes</h2>',
    ...noted.map(({ run, notes }) => `<section><p class="note">${heading(run)}</p>\n${noteHtml(notes)}</section>`),
  ];
}

function settings(run: Run): string {
  const { name, seed, status, engine, serverEngine, experiment } = run;
  const engines = [...new Set([engine, serverEngine].filter((each) => each !== null))].join('; server half: ');
  const heading = `${runNumber(run)} ${name}, seed ${seed}, ${status}${engines ? `, ${engines}` : ''}`;
  const json = JSON.stringify({ ...experiment, seeds: [seed] }, null, 2);
  return `<details><summary>${escape(heading)}</summary><pre>${escape(json)}</pre></details>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}
