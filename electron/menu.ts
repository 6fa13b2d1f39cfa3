import type { MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '../main/api.ts';

/** Modifiers and one key, as Electron writes accelerators. */
const accelerator =
  /^((CmdOrCtrl|Cmd|Ctrl|Alt|Option|AltGr|Shift|Super|Meta)\+)*([A-Z0-9]|F([1-9]|1\d|2[0-4])|Plus|Space|Tab|Backspace|Delete|Insert|Enter|Up|Down|Left|Right|Home|End|PageUp|PageDown|Escape|[,./;'[\]\\=?-])$/i;

/** What is in these menus besides the page's commands. */
const systemItems: Readonly<Record<string, readonly MenuItemConstructorOptions[]>> = {
  Edit: [{ role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }],
  View: [{ role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }, { role: 'togglefullscreen' }],
};

const first = ['File', 'Edit', 'View'];
const last = ['Window', 'Help'];

export interface MenuOptions {
  readonly mac: boolean;
  readonly developer: boolean;
  /** Called with the id of a command that was chosen. */
  perform(id: string): void;
}

/** The menu bar: what every app has, and the commands of the page, each under the menu it names. */
export function menuTemplate(commands: readonly MenuCommand[], options: MenuOptions): MenuItemConstructorOptions[] {
  const named = [...new Set(commands.map(({ menu }) => menu))].filter((name) => ![...first, ...last].includes(name));
  const names = [...first, ...named, ...last].filter((name) => name !== 'Window' || options.mac);
  const menus = names
    .map((name) => ({ label: name, submenu: itemsOf(name, commands, options) }))
    .filter(({ submenu }) => submenu.length > 0);
  return options.mac ? [{ role: 'appMenu' }, ...menus] : menus;
}

function itemsOf(name: string, commands: readonly MenuCommand[], options: MenuOptions): MenuItemConstructorOptions[] {
  const own = commands.filter(({ menu }) => menu === name).map((command) => itemOf(command, options));
  const system = [...(systemItems[name] ?? [])];
  if (name === 'File') system.push(options.mac ? { role: 'close' } : { role: 'quit' });
  if (name === 'View' && options.developer) system.push({ role: 'reload' }, { role: 'toggleDevTools' });
  if (name === 'Window') system.push({ role: 'minimize' }, { role: 'zoom' }, { role: 'front' });
  const between: MenuItemConstructorOptions[] = own.length > 0 && system.length > 0 ? [{ type: 'separator' }] : [];
  return [...own, ...between, ...system];
}

function itemOf({ id, label, shortcut, enabled }: MenuCommand, { perform }: MenuOptions): MenuItemConstructorOptions {
  return {
    id,
    label,
    enabled,
    click: () => perform(id),
    // Shown here, listened to by the page, which knows what has the focus.
    ...(shortcut !== null && accelerator.test(shortcut) && { accelerator: shortcut, registerAccelerator: false }),
  };
}
