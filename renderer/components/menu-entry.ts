import type { Component } from 'vue';

/** An entry of an ActionMenu, or a line between two. */
export type MenuEntry =
  | 'line'
  | {
      readonly label: string;
      readonly icon?: Component;
      readonly shortcut?: string;
      readonly danger?: boolean;
      readonly disabled?: boolean;
      readonly perform: () => unknown;
    };
