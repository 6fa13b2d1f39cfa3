import { EventEmitter } from 'node:events';
import type { Session, WebContents } from 'electron';
import { describe, expect, it, vi } from 'vitest';
import { lockContents, lockSession, mayOpenOutside } from '../../../electron/locks.ts';
import { ownOrigin } from '../../../electron/origin.ts';

type WindowOpenHandler = Parameters<WebContents['setWindowOpenHandler']>[0];
type RequestHandler = NonNullable<Parameters<Session['setPermissionRequestHandler']>[0]>;
type CheckHandler = NonNullable<Parameters<Session['setPermissionCheckHandler']>[0]>;

function lockedContents() {
  const events = new EventEmitter();
  const opened: string[] = [];
  let open: WindowOpenHandler | undefined;
  const contents = Object.assign(events, {
    setWindowOpenHandler: (handler: WindowOpenHandler) => {
      open = handler;
    },
  });
  lockContents(contents as unknown as WebContents, ownOrigin, (address) => opened.push(address));
  const prevented = (name: string, event: object = {}): boolean => {
    const preventDefault = vi.fn();
    events.emit(name, { ...event, preventDefault });
    return preventDefault.mock.calls.length > 0;
  };
  return { prevented, opened, open: (url: string) => open!({ url } as Parameters<WindowOpenHandler>[0]) };
}

describe('a locked window', () => {
  it('stays on the pages of the app', () => {
    const { prevented } = lockedContents();
    expect(prevented('will-navigate', { url: 'sluice://lab/index.html' })).toBe(false);
    expect(prevented('will-navigate', { url: 'https://example.org/' })).toBe(true);
    expect(prevented('will-navigate', { url: 'sluice://lab.example.org/' })).toBe(true);
    expect(prevented('will-navigate', { url: 'file:///etc/passwd' })).toBe(true);
    expect(prevented('will-frame-navigate', { url: 'sluice://lab/', isMainFrame: false })).toBe(true);
    expect(prevented('will-redirect')).toBe(true);
    expect(prevented('will-attach-webview')).toBe(true);
  });

  it('opens no other window; a known link opens in the browser of the system', () => {
    const { open, opened } = lockedContents();
    for (const url of ['https://doi.org/10.1', 'https://example.org/', 'sluice://lab/', 'file:///bin/sh']) {
      expect(open(url)).toEqual({ action: 'deny' });
    }
    expect(opened).toEqual(['https://doi.org/10.1']);
  });

  it.each(['http://doi.org/', 'https://doi.org.example/', 'https://doi.org:8443/', 'https://a:b@doi.org/', 'doi.org'])(
    'does not open %s at all',
    (address) => {
      expect(mayOpenOutside(address)).toBe(false);
    },
  );
});

describe('a locked session', () => {
  it('grants its own pages to write to the clipboard, and nothing else to anybody', () => {
    let request: RequestHandler | undefined;
    let check: CheckHandler | undefined;
    let device: (() => boolean) | undefined;
    const events = new EventEmitter();
    const session = Object.assign(events, {
      setPermissionRequestHandler: (handler: RequestHandler) => (request = handler),
      setPermissionCheckHandler: (handler: CheckHandler) => (check = handler),
      setDevicePermissionHandler: (handler: () => boolean) => (device = handler),
    });
    lockSession(session as unknown as Session, ownOrigin);

    const granted = (permission: string, from: string): boolean[] => {
      const answer = vi.fn<(granted: boolean) => void>();
      request!(null as never, permission as never, answer, { requestingUrl: from } as never);
      return [answer.mock.calls[0][0], check!(null, permission as never, from, {} as never)];
    };
    expect(granted('clipboard-sanitized-write', 'sluice://lab/')).toEqual([true, true]);
    expect(granted('clipboard-sanitized-write', 'https://example.org/')).toEqual([false, false]);
    for (const permission of [
      'media',
      'geolocation',
      'notifications',
      'clipboard-read',
      'openExternal',
      'fullscreen',
    ]) {
      expect(granted(permission, 'sluice://lab/')).toEqual([false, false]);
    }
    expect(device!()).toBe(false);
    const preventDefault = vi.fn();
    events.emit('will-download', { preventDefault });
    expect(preventDefault).toHaveBeenCalledOnce();
  });
});
