import { useRouter } from 'vue-router';
import { useCommands } from '../commands/registry.ts';
import { attempt } from '../components/toasts.ts';
import { useSettings } from '../stores/settings.ts';
import { destinations } from './destinations.ts';

interface Openers {
  openPalette(): void;
  openShortcuts(): void;
}

/** What can be done from every page. */
export function useShellCommands({ openPalette, openShortcuts }: Openers): void {
  const router = useRouter();
  const settings = useSettings();

  useCommands([
    ...destinations.map(({ name, label, shortcut }) => ({
      id: `go.${name}`,
      label: `Go to ${label}`,
      menu: 'Go' as const,
      shortcut,
      keywords: 'open page',
      perform: () => attempt(() => router.push({ name })),
    })),
    {
      id: 'view.palette',
      label: 'Search and commands',
      menu: 'View',
      shortcut: 'CmdOrCtrl+K',
      perform: openPalette,
    },
    {
      id: 'view.theme',
      label: 'Switch between dark and light',
      menu: 'View',
      shortcut: 'CmdOrCtrl+Shift+L',
      keywords: 'theme appearance',
      perform: () => settings.change({ theme: settings.theme === 'dark' ? 'light' : 'dark' }),
    },
    {
      id: 'view.theme-system',
      label: 'Follow the system’s theme',
      menu: 'View',
      keywords: 'dark light appearance',
      perform: () => settings.change({ theme: 'system' }),
    },
    { id: 'help.shortcuts', label: 'Keyboard shortcuts', menu: 'Help', shortcut: '?', perform: openShortcuts },
  ]);
}
