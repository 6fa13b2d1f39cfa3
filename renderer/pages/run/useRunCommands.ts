import {
  Boxes,
  CirclePause,
  CirclePlay,
  CircleStop,
  Copy,
  FileArchive,
  FileJson,
  FileSpreadsheet,
  PackageOpen,
  RotateCcw,
  Trash2,
} from '@lucide/vue';
import { computed, type Component, type ComputedRef, type Ref } from 'vue';
import type { RunDetail, RunExport } from '../../../main/api.ts';
import { useCommands, type Command } from '../../commands/registry.ts';
import type { MenuEntry } from '../../components/menu-entry.ts';
import { attempt } from '../../components/toasts.ts';
import { useLab } from '../../lab/index.ts';
import { saveFile } from '../../lab/save-file.ts';
import { actionsFor, type RunActions } from './status.ts';
import type { RunControl } from './useRunActions.ts';

/** A button in the page's head: what the run's status allows. */
export interface ControlButton {
  readonly change: keyof RunActions;
  readonly label: string;
  readonly icon: Component;
}

const controls: readonly ControlButton[] = [
  { change: 'pause', label: 'Pause', icon: CirclePause },
  { change: 'proceed', label: 'Continue', icon: CirclePlay },
  { change: 'resume', label: 'Resume', icon: RotateCcw },
  { change: 'stop', label: 'Stop', icon: CircleStop },
];

interface ExportWay {
  readonly label: string;
  readonly icon: Component;
  readonly request: Omit<RunExport, 'runs'>;
}

const exportWays: readonly ExportWay[] = [
  { label: 'Export as zip', icon: FileArchive, request: { format: 'zip' } },
  { label: 'Export with weights', icon: PackageOpen, request: { format: 'zip', checkpoints: true } },
  { label: 'Export metrics as CSV', icon: FileSpreadsheet, request: { format: 'csv' } },
  { label: 'Export metrics as JSON', icon: FileJson, request: { format: 'json' } },
];

/** What can be done with a run, as the buttons and the menu of its page; the palette has all of it, too. */
export function useRunCommands(
  run: Readonly<Ref<RunDetail | null>>,
  control: RunControl,
  makeSet: () => void,
): {
  readonly buttons: ComputedRef<readonly ControlButton[]>;
  readonly menu: readonly MenuEntry[];
  exportWeights(): void;
} {
  const lab = useLab();
  const allowed = computed(() => (run.value ? actionsFor(run.value) : null));

  const exportRun = ({ request }: Pick<ExportWay, 'request'>): Promise<boolean> =>
    attempt(async () => {
      if (run.value) await saveFile(await lab.api.exportRuns({ runs: [run.value.id], ...request }));
    });
  const there = (): boolean => run.value !== null;
  const commands: readonly Command[] = [
    ...controls.map(({ change, label }): Command => ({
      id: `run.${change}`,
      label: `${label} this run`,
      menu: 'Run',
      enabled: () => control.pending.value === null && (allowed.value?.[change] ?? false),
      perform: () => control.ask(change),
    })),
    { id: 'run.clone', label: 'Clone this run to design', menu: 'Run', enabled: there, perform: control.clone },
    ...exportWays.map((way): Command => ({
      id: `run.${way.label}`,
      label: `${way.label} (this run)`,
      menu: 'Run',
      enabled: there,
      perform: () => exportRun(way),
    })),
    {
      id: 'run.set',
      label: 'Make a model set of this run',
      menu: 'Run',
      enabled: () => (run.value?.epochsDone ?? 0) > 0,
      perform: makeSet,
    },
    { id: 'run.delete', label: 'Delete this run', menu: 'Run', enabled: there, perform: control.remove },
  ];
  useCommands(commands);

  return {
    buttons: computed(() => controls.filter(({ change }) => allowed.value?.[change])),
    menu: [
      { label: 'Clone to design', icon: Copy, perform: control.clone },
      { label: 'Make a model set', icon: Boxes, perform: makeSet },
      'line',
      ...exportWays.map((way): MenuEntry => ({ ...way, perform: () => exportRun(way) })),
      'line',
      { label: 'Delete', icon: Trash2, danger: true, perform: control.remove },
    ],
    exportWeights: () => void exportRun({ request: { format: 'zip', checkpoints: true } }),
  };
}
