import { effectScope, nextTick, ref } from 'vue';
import { describe, expect, it, vi } from 'vitest';
import type { DesktopBridge, MenuCommand } from '../../../../main/api.ts';
import { fuzzyFind, fuzzyScore } from '../../../../renderer/commands/fuzzy.ts';
import { allCommands, useCommands } from '../../../../renderer/commands/registry.ts';
import { matches, shownKeys } from '../../../../renderer/commands/shortcut.ts';
import { useShortcuts } from '../../../../renderer/commands/useShortcuts.ts';

const press = (key: string, held: KeyboardEventInit = {}): KeyboardEvent =>
  new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...held });

describe('a search', () => {
  const pages = ['Go to Home', 'Go to Server', 'Home page of the run', 'Search and commands'];

  it('finds words, parts and letters in order, the best first', () => {
    expect(fuzzyFind('home', pages, String)).toEqual(['Go to Home', 'Home page of the run'].reverse());
    expect(fuzzyFind('srv', pages, String)).toEqual(['Go to Server']);
    expect(fuzzyFind('go serv', pages, String)).toEqual(['Go to Server']);
  });

  it('asks for every word, and takes signs as they are', () => {
    expect(fuzzyScore('home xyz', 'Go to Home')).toBeNull();
    expect(fuzzyScore('r = 3 (', 'deprune r = 3 (2)')).not.toBeNull();
  });

  it('leaves all as they are while nothing is typed', () => {
    expect(fuzzyFind(' ', pages, String, 3)).toEqual(pages.slice(0, 3));
  });
});

describe('a shortcut', () => {
  it('wants just its modifiers', () => {
    expect(matches('CmdOrCtrl+K', press('k', { ctrlKey: true }), false)).toBe(true);
    expect(matches('CmdOrCtrl+K', press('k', { metaKey: true }), true)).toBe(true);
    expect(matches('CmdOrCtrl+K', press('k', { ctrlKey: true }), true)).toBe(false);
    expect(matches('CmdOrCtrl+K', press('k', { ctrlKey: true, shiftKey: true }), false)).toBe(false);
    expect(matches('CmdOrCtrl+K', press('k'), false)).toBe(false);
  });

  it('goes by the key where Shift and Alt make other signs', () => {
    expect(matches('CmdOrCtrl+Alt+1', press('¡', { code: 'Digit1', metaKey: true, altKey: true }), true)).toBe(true);
    expect(matches('CmdOrCtrl+Shift+L', press('L', { code: 'KeyL', ctrlKey: true, shiftKey: true }), false)).toBe(true);
    expect(matches('?', press('?', { shiftKey: true }), false)).toBe(true);
  });

  it('is shown as the keyboard has it', () => {
    expect(shownKeys('CmdOrCtrl+Shift+E', false)).toEqual(['Ctrl', 'Shift', 'E']);
    expect(shownKeys('CmdOrCtrl+Up', true)).toEqual(['⌘', '↑']);
  });
});

describe('commands', () => {
  it('are there for as long as what added them', () => {
    const commands = allCommands();
    const scope = effectScope();
    const first = { id: 'a', label: 'First', menu: 'Run', perform: vi.fn() } as const;
    scope.run(() => useCommands([first]));
    const inner = effectScope();
    inner.run(() => useCommands([{ ...first, label: 'Second' }]));
    expect(commands.value.map(({ label }) => label)).toEqual(['Second']);
    inner.stop();
    expect(commands.value.map(({ label }) => label)).toEqual(['First']);
    scope.stop();
    expect(commands.value).toEqual([]);
  });

  it('are performed by their keys, but not while typing or when they are off', () => {
    const scope = effectScope();
    const on = ref(true);
    const perform = vi.fn();
    scope.run(() => {
      useShortcuts(undefined);
      useCommands([{ id: 'b', label: 'B', menu: 'Run', shortcut: '/', enabled: () => on.value, perform }]);
    });
    const input = document.body.appendChild(document.createElement('input'));
    input.dispatchEvent(press('/'));
    expect(perform).not.toHaveBeenCalled();
    const taken = press('/');
    document.body.dispatchEvent(taken);
    expect(perform).toHaveBeenCalledTimes(1);
    expect(taken.defaultPrevented).toBe(true);
    on.value = false;
    document.body.dispatchEvent(press('/'));
    expect(perform).toHaveBeenCalledTimes(1);
    input.remove();
    scope.stop();
  });

  it('are told to the desktop’s menu, and performed from there', async () => {
    let menu: readonly MenuCommand[] = [];
    let choose: (id: string) => void = () => undefined;
    const stopped = vi.fn();
    const bridge = {
      onCommand: (listener: (id: string) => void) => {
        choose = listener;
        return stopped;
      },
      setCommands: (commands: readonly MenuCommand[]) => (menu = commands),
    } as unknown as DesktopBridge;
    const scope = effectScope();
    const on = ref(true);
    const perform = vi.fn();
    scope.run(() => {
      useShortcuts(bridge);
      useCommands([{ id: 'c', label: 'C', menu: 'File', enabled: () => on.value, perform }]);
    });
    await nextTick();
    expect(menu).toEqual([{ id: 'c', label: 'C', menu: 'File', shortcut: null, enabled: true }]);
    choose('c');
    choose('unknown');
    expect(perform).toHaveBeenCalledTimes(1);
    on.value = false;
    await nextTick();
    expect(menu[0]?.enabled).toBe(false);
    scope.stop();
    expect(stopped).toHaveBeenCalled();
  });
});
