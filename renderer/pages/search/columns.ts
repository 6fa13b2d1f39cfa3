import type { SearchOutcome, SearchTrial } from '../../../main/api.ts';
import { formatSetting } from '../../../main/charts/differing.ts';
import { formatBytes, formatPercent } from '../../../main/charts/formats.ts';
import type { Column } from '../../components/table.ts';

/** The columns of a search's trials: their settings, how far they are, and what that came to. */
export function trialColumns({ settings, goal }: SearchOutcome): Column<SearchTrial>[] {
  const number = (width: string): Pick<Column<SearchTrial>, 'width' | 'align'> => ({ width, align: 'end' });
  return [
    { name: 'run', label: 'Run', ...number('104px'), order: ({ run }) => runNumberOf(run) },
    ...settings.map((name): Column<SearchTrial> => ({
      name: `setting ${name}`,
      label: name,
      width: 'minmax(100px, 1fr)',
      align: 'end',
      text: ({ values }) => formatSetting(values[name]),
      order: ({ values: { [name]: value } }) => (typeof value === 'number' ? value : formatSetting(value)),
    })),
    {
      name: 'rung',
      label: 'Rung',
      ...number('72px'),
      text: ({ rung }) => (rung === null ? '–' : `${rung + 1}/${goal.rungs.length + 1}`),
      order: ({ rung }) => rung,
    },
    {
      name: 'sent',
      label: 'Sent',
      ...number('88px'),
      text: ({ bytes, asked }) => (asked === null ? '–' : formatBytes(bytes)),
      order: ({ bytes }) => bytes,
    },
    {
      name: 'accuracy',
      label: 'Accuracy',
      ...number('104px'),
      mostFirst: true,
      text: ({ accuracy }) => (accuracy === null ? '–' : formatPercent(accuracy)),
      order: ({ accuracy }) => accuracy,
    },
    {
      name: 'for',
      label: 'For',
      ...number('88px'),
      text: ({ accuracyBytes }) => (accuracyBytes === null ? '–' : formatBytes(accuracyBytes)),
      order: ({ accuracyBytes }) => accuracyBytes,
    },
    { name: 'state', label: 'State', width: 'minmax(150px, 1.4fr)', text: stateWords, order: stateWords },
  ];
}

export function runNumberOf(run: string | null): number | null {
  return run === null ? null : Number.parseInt(run, 10);
}

function stateWords({ state, reached, reason, epochs, plannedEpochs }: SearchTrial): string {
  if (reached) return 'reaches the accuracy';
  if (state === 'failed') return reason ?? 'failed';
  if (state === 'over') return epochs >= plannedEpochs ? 'trained to its end' : (reason ?? 'as far as it may go');
  return { new: 'not begun', busy: 'under way', resting: 'stopped at its rung' }[state];
}
