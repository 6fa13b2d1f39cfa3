import { differingSettings, formatSetting } from '../../charts/differing.ts';
import { noteHtml } from '../../markdown.ts';
import { runNumber, type Run } from '../../runs/store/run.ts';
import type { Store } from '../../runs/store/store.ts';
import { compare } from '../tables/compare.ts';
import { comparisonNotes, comparisonTable, pairTable, type Table } from '../tables/comparison-table.ts';
import type { Curve } from '../tables/curves.ts';
import { claimHtml, escape, tableHtml } from './html.ts';
import { reportCharts } from './report-charts.ts';

const explanation =
  'Up and down: bytes of training traffic, client to server and back, counted from the encoded messages. ' +
  'Samples/s: training, evaluation left out.';

const pairExplanation =
  'The client and server trained for each budget: accuracy as the pair was kept, and what one sample sends when the ' +
  'pair is used.';

/** The sections of a report as lines of HTML, by name; none for what there is nothing to tell of. Throws `level-chance`. */
export function sectionsOf(
  store: Store,
  curves: readonly Curve[],
  reach: number | undefined,
): ReadonlyMap<string, readonly string[]> {
  const comparison = compare(curves, reach);
  const pairs = pairTable(curves);
  const runs = [...new Map(curves.map(({ run }) => [run.id, run])).values()];
  const charts = reportCharts(store, curves).map(
    ({ name, title, svg }) => [name, [`<section><h2>${title}</h2>\n${svg}</section>`]] as const,
  );
  return new Map<string, readonly string[]>([
    ['claims', comparison.claims.map(claimHtml)],
    [
      'results',
      [
        tableHtml(comparisonTable(curves, comparison)),
        ...comparisonNotes(comparison).map((text) => `<p class="note">${escape(text)} ${explanation}</p>`),
      ],
    ],
    ['pairs', pairs ? ['<h2>Model pairs</h2>', tableHtml(pairs), `<p class="note">${pairExplanation}</p>`] : []],
    ...charts,
    ['differences', runs.length > 1 ? differences(runs) : []],
    ['notes', notesOf(store, runs)],
    ['settings', ['<h2>All settings</h2>', ...runs.map(settings)]],
  ]);
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
