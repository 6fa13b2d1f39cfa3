import { useClipboard } from '@vueuse/core';
import type { Ref } from 'vue';
import { useCommands, type Command } from '../../commands/registry.ts';
import { attempt, toast } from '../../components/toasts.ts';
import { saveFile } from '../../lab/save-file.ts';
import { draftName } from '../../stores/methods.ts';
import { commandText, fileName, fileText } from './interchange.ts';
import type { DesignContext } from './useDesign.ts';
import type { Launch } from './useLaunch.ts';

/** What can be done on the page, for its buttons and the palette alike. */
export interface DesignActions {
  saveJson(): void;
  copyJson(): void;
  copyCommand(): void;
  clear(): void;
}

interface Dialogs {
  readonly choosing: Ref<boolean>;
  readonly importing: Ref<boolean>;
}

export function useDesignCommands(
  { draft, server }: DesignContext,
  launch: Launch,
  { choosing, importing }: Dialogs,
): DesignActions {
  const { copy } = useClipboard({ legacy: true });
  const inputs = () => draft.entries.map(({ input }) => input);
  const title = (): string => draft.title || draftName(draft.input);
  const copyText = async (text: string, what: string): Promise<void> => {
    if (await attempt(() => copy(text))) toast('info', `${what} copied.`);
  };

  const actions: DesignActions = {
    saveJson: () => {
      const data = new TextEncoder().encode(fileText(inputs(), title()));
      void attempt(() => saveFile({ name: fileName(title()), type: 'application/json', data }));
    },
    copyJson: () => void copyText(fileText(inputs(), title()), 'JSON'),
    copyCommand: () =>
      void copyText(commandText(inputs(), title(), server.elsewhere ? server.form.access() : null), 'Command'),
    clear: () => {
      draft.clear();
      toast('info', 'The draft is empty.', { label: 'Undo', perform: draft.undo });
    },
  };

  const quiet = (): boolean => !choosing.value && !importing.value;
  const file = { menu: 'File', enabled: quiet } as const satisfies Partial<Command>;
  useCommands([
    {
      ...file,
      id: 'design.undo',
      label: 'Undo',
      shortcut: 'CmdOrCtrl+Z',
      enabled: () => quiet() && draft.canUndo,
      perform: draft.undo,
    },
    {
      ...file,
      id: 'design.redo',
      label: 'Redo',
      shortcut: 'CmdOrCtrl+Shift+Z',
      enabled: () => quiet() && draft.canRedo,
      perform: draft.redo,
    },
    {
      id: 'design.launch',
      label: 'Launch',
      menu: 'Run',
      shortcut: 'CmdOrCtrl+Enter',
      enabled: () => quiet() && launch.ready.value,
      perform: () => launch.launch(),
    },
    { ...file, id: 'design.start', label: 'Start from a figure of the paper', perform: () => (choosing.value = true) },
    { ...file, id: 'design.import', label: 'Import an experiment', perform: () => (importing.value = true) },
    { ...file, id: 'design.save', label: 'Export the experiment as JSON', perform: actions.saveJson },
    { ...file, id: 'design.copy-json', label: 'Copy the experiment as JSON', perform: actions.copyJson },
    { ...file, id: 'design.copy-command', label: 'Copy as a command', perform: actions.copyCommand },
    { ...file, id: 'design.clear', label: 'Empty the draft', perform: actions.clear },
    { ...file, id: 'design.add', label: 'Add an experiment', perform: draft.add },
    { ...file, id: 'design.duplicate', label: 'Duplicate the experiment', perform: draft.duplicate },
  ]);
  return actions;
}
