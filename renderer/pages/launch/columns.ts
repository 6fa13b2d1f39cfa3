import type { LaunchOutcome, RunSummary } from '../../../main/api.ts';
import { formatSetting } from '../../../main/charts/differing.ts';
import { formatBytes, formatPercent } from '../../../main/charts/formats.ts';
import type { Column } from '../../components/table.ts';

/** The columns of a launch's runs: what came of each, and what it has of the settings that differ. */
export function launchColumns({ runs, settings, values }: LaunchOutcome): Column<RunSummary>[] {
  const rows = new Map(runs.map((id, i) => [id, values[i]]));
  const seeds: Column<RunSummary> = {
    name: 'seed',
    label: 'seed',
    width: '72px',
    align: 'end',
    text: ({ seed }) => String(seed),
    order: ({ seed }) => seed,
  };
  return [
    {
      name: 'number',
      label: '#',
      width: '64px',
      align: 'end',
      text: ({ number }) => String(number),
      order: ({ number }) => number,
    },
    { name: 'status', label: 'Status', width: '110px', order: ({ status }) => status },
    // What came of it is in sight however many settings differ.
    {
      name: 'best',
      label: 'Best accuracy',
      width: '120px',
      align: 'end',
      mostFirst: true,
      text: ({ bestAccuracy }) => (bestAccuracy === null ? '–' : formatPercent(bestAccuracy)),
      order: ({ bestAccuracy }) => bestAccuracy,
    },
    {
      name: 'bytes',
      label: 'Bytes',
      width: '92px',
      align: 'end',
      text: ({ bytesUp, bytesDown }) => formatBytes(bytesUp + bytesDown),
      order: ({ bytesUp, bytesDown }) => bytesUp + bytesDown,
    },
    ...settings.map((path, i): Column<RunSummary> => {
      const value = ({ id }: RunSummary): unknown => rows.get(id)?.[i];
      return {
        name: `setting ${path}`,
        label: path,
        help: path,
        width: 'minmax(110px, 1fr)',
        align: 'end',
        text: (run) => formatSetting(value(run)),
        order: (run) => {
          const own = value(run);
          return typeof own === 'number' || own === null ? own : formatSetting(own);
        },
      };
    }),
    seeds,
  ];
}
