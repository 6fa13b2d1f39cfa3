import type { Session, WebContents } from 'electron';
import { isOf, type Origin } from './origin.ts';

/** Hosts whose pages the app links to; they open in the system's browser. */
const linked = new Set(['arxiv.org', 'doi.org', 'github.com']);

/** Whether an address may be handed to the system's browser. */
export function mayOpenOutside(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, host, username, password } = new URL(address);
  return protocol === 'https:' && linked.has(host) && username === '' && password === '';
}

/** Denies the page whatever a browser could grant it, but writing to the clipboard (buttons that copy). */
export function lockSession(session: Session, origin: Origin): void {
  const granted = (permission: string, from: string): boolean =>
    permission === 'clipboard-sanitized-write' && isOf(origin, from);
  session.setPermissionRequestHandler((_contents, permission, answer, { requestingUrl }) =>
    answer(granted(permission, requestingUrl)),
  );
  session.setPermissionCheckHandler((_contents, permission, from) => granted(permission, from));
  session.setDevicePermissionHandler(() => false);
  // Files are written by the save dialog.
  session.on('will-download', (event) => event.preventDefault());
}

/** Keeps a window on the pages of its origin: no other pages, windows or web views; links known open outside. */
export function lockContents(contents: WebContents, origin: Origin, openOutside: (address: string) => void): void {
  contents.on('will-navigate', (event) => {
    if (!isOf(origin, event.url)) event.preventDefault();
  });
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame || !isOf(origin, event.url)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (mayOpenOutside(url)) openOutside(url);
    return { action: 'deny' };
  });
}
