import type { DesktopBridge } from '../main/api.ts';

declare global {
  interface Window {
    /** Only in the desktop app, from its preload script. */
    readonly sluice?: DesktopBridge;
  }
}

declare module 'vue-router' {
  interface RouteMeta {
    /** Name of the page, for the window's title. */
    title?: string;
  }
}
