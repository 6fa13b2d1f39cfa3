/** Draws docs/images/quickstart.svg from the last quickstart in SLUICE_HOME (or the usual folder). */
import { mkdir, writeFile } from 'node:fs/promises';
import { sluiceHome } from '../main/home.ts';
import { chartColours, drawCharts } from '../main/runs/charts.ts';
import { curvesOf } from '../main/runs/curves.ts';
import { selectRuns } from '../main/runs/select.ts';
import { openStore } from '../main/runs/store.ts';

const store = openStore(sluiceHome());
const charts = drawCharts(curvesOf(store, selectRuns(store, ['quickstart'])));
store.close();
const chart = charts.find(({ title }) => title === 'Accuracy by bytes');
if (!chart) throw new Error('The last quickstart has no finished epoch.');

const style =
  `<style>:root{${chartColours('light')}background:var(--ground)}` +
  `@media(prefers-color-scheme:dark){:root{${chartColours('dark')}}}</style>`;
const folder = new URL('../docs/images/', import.meta.url);
await mkdir(folder, { recursive: true });
await writeFile(new URL('quickstart.svg', folder), `${chart.svg.replace(/^<svg [^>]*>/, `$&\n${style}`)}\n`);
