/**
 * Shortcuts are written as Electron's accelerators are, since the desktop's menu takes them as they stand:
 * `CmdOrCtrl+Shift+E`, `F5`, `?`.
 */

type Modifier = 'CmdOrCtrl' | 'Ctrl' | 'Alt' | 'Shift';

interface Shortcut {
  readonly key: string;
  readonly with: ReadonlySet<string>;
}

const onMac = typeof navigator !== 'undefined' && /mac/i.test(navigator.userAgent);

const macNames: Readonly<Record<Modifier, string>> = { CmdOrCtrl: '⌘', Ctrl: '⌃', Alt: '⌥', Shift: '⇧' };
const names: Readonly<Record<string, string>> = {
  CmdOrCtrl: 'Ctrl',
  Enter: '↵',
  Up: '↑',
  Down: '↓',
  Left: '←',
  Right: '→',
  Plus: '+',
};
const eventKeys: Readonly<Record<string, string>> = {
  Up: 'ArrowUp',
  Down: 'ArrowDown',
  Left: 'ArrowLeft',
  Right: 'ArrowRight',
  Plus: '+',
  Space: ' ',
  Esc: 'Escape',
};

function parse(shortcut: string): Shortcut {
  const parts = shortcut.split('+');
  return { key: parts.at(-1)!, with: new Set(parts.slice(0, -1)) };
}

/** The names of a shortcut's keys on this platform's keyboards. */
export function shownKeys(shortcut: string, mac = onMac): string[] {
  return shortcut.split('+').map((part) => (mac ? macNames[part as Modifier] : undefined) ?? names[part] ?? part);
}

/** Whether a key was pressed with just the modifiers that a shortcut has. */
export function matches(shortcut: string, event: KeyboardEvent, mac = onMac): boolean {
  const { key, with: wanted } = parse(shortcut);
  const pressed = wanted.has('Alt') || wanted.has('Shift') ? (keyOfCode(event.code) ?? event.key) : event.key;
  if ((eventKeys[key] ?? key).toLowerCase() !== pressed.toLowerCase()) return false;
  const main = wanted.has('CmdOrCtrl');
  // Marks such as ? are typed with Shift on many keyboards, or without it.
  const shifted = /^[^a-z0-9]$/i.test(key) || event.shiftKey === wanted.has('Shift');
  return (
    shifted &&
    event.altKey === wanted.has('Alt') &&
    event.ctrlKey === (wanted.has('Ctrl') || (main && !mac)) &&
    event.metaKey === (main && mac)
  );
}

/** The letter or digit on a key, which Shift and Alt make into other signs. */
function keyOfCode(code: string): string | undefined {
  return /^(?:Key|Digit)(.)$/.exec(code)?.[1];
}

/** Whether a key without Ctrl or the like is meant for a field that is being typed into. */
export function isTyping(event: KeyboardEvent): boolean {
  const { target } = event;
  if (!(target instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.altKey) return false;
  return target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName);
}
