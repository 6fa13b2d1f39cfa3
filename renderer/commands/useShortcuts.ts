import { useEventListener } from '@vueuse/core';
import { onScopeDispose, watchEffect } from 'vue';
import type { DesktopBridge, MenuCommand } from '../../main/api.ts';
import { allCommands, isEnabled, type Command } from './registry.ts';
import { isTyping, matches } from './shortcut.ts';

/** Performs commands at their shortcuts, and keeps the desktop's menu in step with them. Once for the window. */
export function useShortcuts(bridge: DesktopBridge | undefined = window.sluice): void {
  const commands = allCommands();

  useEventListener(document, 'keydown', (event: KeyboardEvent) => {
    if (event.defaultPrevented || isTyping(event)) return;
    const command = commands.value.find(({ shortcut }) => shortcut !== undefined && matches(shortcut, event));
    if (!command || !isEnabled(command)) return;
    event.preventDefault();
    command.perform();
  });

  if (!bridge) return;
  const stop = bridge.onCommand((id) => {
    const command = commands.value.find((known) => known.id === id);
    if (command && isEnabled(command)) command.perform();
  });
  onScopeDispose(stop);
  watchEffect(() => bridge.setCommands(commands.value.map(asMenuCommand)));
}

function asMenuCommand(command: Command): MenuCommand {
  const { id, label, menu, shortcut = null } = command;
  return { id, label, menu, shortcut, enabled: isEnabled(command) };
}
