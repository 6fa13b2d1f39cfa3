import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it, vi } from 'vitest';
import type { MenuCommand } from '../../../main/api.ts';
import { menuTemplate, type MenuOptions } from '../../../electron/menu.ts';

const command = (id: string, menu: string, shortcut: string | null = null, enabled = true): MenuCommand => ({
  id,
  label: id,
  menu,
  shortcut,
  enabled,
});

function build(commands: MenuCommand[], options: Partial<MenuOptions> = {}) {
  const perform = vi.fn();
  const template = menuTemplate(commands, { mac: false, developer: false, perform, ...options });
  const items = (label: string): MenuItemConstructorOptions[] =>
    (template.find((menu) => menu.label === label)?.submenu ?? []) as MenuItemConstructorOptions[];
  return { template, items, perform };
}

describe('the menu', () => {
  it('has the menus the commands name between the usual ones', () => {
    const { template } = build([command('runs.new', 'Run'), command('help.keys', 'Help'), command('go.home', 'View')]);
    expect(template.map(({ label }) => label)).toEqual(['File', 'Edit', 'View', 'Run', 'Help']);
  });

  it('shows the shortcut of a command and leaves it to the page to listen', () => {
    const { items, perform } = build([command('palette', 'View', 'CmdOrCtrl+K'), command('off', 'View', null, false)]);
    const [palette, off] = items('View');
    expect(palette).toMatchObject({ accelerator: 'CmdOrCtrl+K', registerAccelerator: false, enabled: true });
    expect(off).toMatchObject({ enabled: false });
    expect(off).not.toHaveProperty('accelerator');
    palette.click!({} as never, undefined, {});
    expect(perform.mock.calls).toEqual([['palette']]);
  });

  it.each(['CmdOrCtrl+Shift+E', 'F11', 'Alt+Left', '?', 'CmdOrCtrl+,'])('takes %s as a shortcut', (shortcut) => {
    expect(build([command('a', 'Run', shortcut)]).items('Run')[0]).toMatchObject({ accelerator: shortcut });
  });

  it.each(['', 'Ctrl+', 'Ctrl+K then S', 'Bogus+K', 'g h'])('shows no shortcut for %j, which is none', (shortcut) => {
    expect(build([command('a', 'Run', shortcut)]).items('Run')[0]).not.toHaveProperty('accelerator');
  });

  it('has a menu of the app and of windows on a Mac, and tools only for developers', () => {
    const mac = build([], { mac: true });
    expect(mac.template[0]).toEqual({ role: 'appMenu' });
    expect(mac.template.map(({ label }) => label)).toContain('Window');
    const roles = (developer: boolean): unknown[] =>
      build([], { developer })
        .items('View')
        .map(({ role }) => role);
    expect(roles(false)).not.toContain('toggleDevTools');
    expect(roles(true)).toContain('toggleDevTools');
  });
});
