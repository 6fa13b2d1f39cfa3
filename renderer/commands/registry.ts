import { computed, onScopeDispose, shallowReactive, type ComputedRef } from 'vue';

/** In the order of the palette: what is about this page first. */
export const menus = ['Run', 'File', 'Go', 'View', 'Help'] as const;
export type Menu = (typeof menus)[number];

/** Something that can be done, as data: palette, shortcuts, their list and the desktop's menu all read it. */
export interface Command {
  /** Unique, as `run.pause`. */
  readonly id: string;
  readonly label: string;
  readonly menu: Menu;
  /** As in Electron's accelerators, see shortcut.ts. */
  readonly shortcut?: string;
  /** Other words it is looked for by. */
  readonly keywords?: string;
  /** Reactive; without it always. */
  readonly enabled?: () => boolean;
  readonly perform: () => unknown;
}

const groups = shallowReactive(new Set<readonly Command[]>());

/** All commands there are now; of two with the same id or shortcut the one registered last comes first. */
export function allCommands(): ComputedRef<readonly Command[]> {
  return computed(() => {
    const byId = new Map<string, Command>();
    for (const command of [...groups].reverse().flat()) if (!byId.has(command.id)) byId.set(command.id, command);
    return menus.flatMap((menu) => [...byId.values()].filter((command) => command.menu === menu));
  });
}

/** Adds commands for as long as the component lives. */
export function useCommands(commands: readonly Command[]): void {
  groups.add(commands);
  onScopeDispose(() => groups.delete(commands));
}

export function isEnabled({ enabled }: Command): boolean {
  return enabled?.() ?? true;
}
