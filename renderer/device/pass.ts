/** What this page was opened for, and the secret that lets it in. */
export interface PagePass {
  readonly purpose: 'infer' | 'train';
  readonly token: string;
}

const key = 'sluice-device';

/**
 * Takes the secret out of the address, after the `#`, where no server and no log sees it: `#token=…`, or `#join=…` for a
 * run. This tab keeps it, so that the page can be loaded again. Null where it was opened without.
 */
export function takePass(page: Pick<Window, 'location' | 'history'>, storage: () => Storage): PagePass | null {
  const given = new URLSearchParams(page.location.hash.slice(1));
  const pass = readPass(given.get('token'), given.get('join'));
  if (!pass) return stored(storage);
  page.history.replaceState(null, '', page.location.pathname + page.location.search);
  try {
    storage().setItem(key, JSON.stringify(pass));
  } catch {
    // Where a browser keeps nothing, a reload needs the link again.
  }
  return pass;
}

function readPass(token: string | null, join: string | null): PagePass | null {
  if (token) return { purpose: 'infer', token };
  return join ? { purpose: 'train', token: join } : null;
}

function stored(storage: () => Storage): PagePass | null {
  try {
    return JSON.parse(storage().getItem(key) ?? 'null') as PagePass | null;
  } catch {
    return null;
  }
}
