import type { Pass } from '../../main/wire.ts';

/** What a page shows to be let in to the lab. */
export interface PagePass {
  present(): Pass;
  /** Keeps the session that the lab gave for it: the code of the link is used up. */
  keep(session: string): void;
}

const key = 'sluice-session';

/**
 * The pass of this page: the code of the link it was opened with, which is taken out of the address, and the session it
 * got before. That lies in the storage of this very host and port, where no page of another port sees it.
 */
export function pagePass(page: Pick<Window, 'location' | 'history'>, storage: () => Storage): PagePass {
  const address = new URL(page.location.href);
  let code = address.searchParams.get('token') ?? undefined;
  if (code !== undefined) {
    address.searchParams.delete('token');
    page.history.replaceState(page.history.state, '', address);
  }
  // Where a browser keeps nothing, the page does until it is closed.
  let own: string | undefined;
  return {
    present() {
      const session = stored(storage) ?? own;
      return { ...(code === undefined ? {} : { code }), ...(session === undefined ? {} : { session }) };
    },
    keep(session) {
      code = undefined;
      own = session;
      try {
        storage().setItem(key, session);
      } catch {
        // It is let in all the same.
      }
    },
  };
}

function stored(storage: () => Storage): string | undefined {
  try {
    return storage().getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}
