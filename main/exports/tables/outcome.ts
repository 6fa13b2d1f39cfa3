import type { LaunchOutcome } from '../../api.ts';
import { differingSettings } from '../../charts/differing.ts';
import { formatPercent } from '../../charts/formats.ts';
import { importanceOf, type Importance } from '../../charts/importance.ts';
import type { Run } from '../../runs/store/run.ts';
import type { Store } from '../../runs/store/store.ts';
import type { Table } from './comparison-table.ts';

/** What runs that were launched together differ in, and how much of their best accuracies that explains. */
export function outcomeOf(store: Pick<Store, 'results'>, runs: readonly Run[]): LaunchOutcome {
  const differing = differingSettings(
    runs.map(({ experiment }) => experiment),
    { apart: true },
  );
  const settings = differing.map(({ path }) => path);
  const values = runs.map((_, i) => differing.map((setting) => setting.values[i]));
  const results = store.results();
  const trials = runs.map(({ id, status }, i) => ({
    values: values[i],
    result: (status === 'finished' ? results.get(id)?.bests.at(-1)?.accuracy : null) ?? NaN,
  }));
  return { runs: runs.map(({ id }) => id), settings, values, importance: importanceOf(settings, trials) };
}

/** `ANOVA of a full grid, 12 runs`. */
export function importanceWords({ method, runs }: Pick<Importance, 'method' | 'runs'>): string {
  return `${method === 'anova' ? 'ANOVA of a full grid' : 'fANOVA of a random forest'}, ${runs} runs`;
}

/** The share of each setting, the greatest first, then that of none alone. */
export function shareTable(settings: readonly string[], { shares, rest }: Importance): Table {
  const rows = settings
    .map((path, i) => ({ path, share: shares[i] }))
    .sort((a, b) => b.share - a.share)
    .map(({ path, share }) => [path, formatPercent(share)]);
  return {
    columns: [
      { title: 'setting', align: 'left' },
      { title: 'share', align: 'right' },
    ],
    rows: [...rows, ['interactions, seeds, chance', formatPercent(rest)]],
  };
}
