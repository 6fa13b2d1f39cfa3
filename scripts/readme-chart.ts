/** Draws docs/images/quickstart.svg from the last quickstart in SLUICE_HOME (or the usual folder). */
import { mkdir, writeFile } from 'node:fs/promises';
import { cssColours } from '../main/charts/style.ts';
import { sluiceHome } from '../main/home.ts';
import { curvesOf } from '../main/exports/tables/curves.ts';
import { reportCharts } from '../main/exports/report/report-charts.ts';
import { selectRuns } from '../main/runs/store/select.ts';
import { openStore } from '../main/runs/store/store.ts';

const store = openStore(sluiceHome());
const charts = reportCharts(store, curvesOf(store, selectRuns(store, ['quickstart'])));
store.close();
const chart = charts.find(({ title }) => title === 'Accuracy by bytes');
if (!chart) throw new Error('The last quickstart has no finished epoch.');

const style =
  `<style>:root{${cssColours('light')}background:var(--ground)}` +
  `@media(prefers-color-scheme:dark){:root{${cssColours('dark')}}}</style>`;
const folder = new URL('../docs/images/', import.meta.url);
await mkdir(folder, { recursive: true });
await writeFile(new URL('quickstart.svg', folder), `${chart.svg.replace(/^<svg [^>]*>/, `$&\n${style}`)}\n`);
