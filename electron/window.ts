import { BrowserWindow, nativeTheme, screen } from 'electron';
import { fitPlacement, minimum, readPlacement, writePlacement } from './placement.ts';

/** Opens the window where it was last time. It shows itself as soon as its page is drawn. */
export function openWindow(options: { placement: string; preload: string; icon: string }): BrowserWindow {
  const screens = [screen.getPrimaryDisplay(), ...screen.getAllDisplays()].map(({ workArea }) => workArea);
  const { maximized, ...bounds } = fitPlacement(readPlacement(options.placement), screens);
  const window = new BrowserWindow({
    ...bounds,
    ...minimum,
    title: 'Sluice',
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#0e1215' : '#f5f7f8',
    icon: options.icon,
    webPreferences: { preload: options.preload, sandbox: true, contextIsolation: true, nodeIntegration: false },
  });
  if (maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () => {
    writePlacement(options.placement, { ...window.getNormalBounds(), maximized: window.isMaximized() });
  });
  return window;
}

/** Brings the window to the user's eyes. */
export function raise(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
