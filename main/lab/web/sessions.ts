import { createHash } from 'node:crypto';
import type { LetInBrowser } from '../../api/browsers.ts';
import { newSecret, readLabFile, writeLabFile, type BrowserSession } from './lab-file.ts';

/**
 * Browsers that were let in. Each has a token of its own, which is good on pages of one origin alone: browsers keep it
 * apart from those of every other host and port. They outlive the lab, so that open windows come back.
 */
export interface BrowserSessions {
  /** Lets a browser in that calls itself so. Returns its token. */
  begin(origin: string, browser: string | null): string;
  /** Whether a token is one of a browser that was let in on pages of this origin. */
  knows(token: string, origin: string): boolean;
  /** Those whose sessions are good, the last used first. */
  list(): Omit<LetInBrowser, 'here'>[];
  /** Shuts out the one of this id, or all of them. */
  end(id?: string): void;
}

const most = 100;
const dayMs = 24 * 3600 * 1000;
const unusedDays = 30;
const idLength = 16;

/** The sessions in the `lab.json` of a home folder. */
export function browserSessions(home: string): BrowserSessions {
  function living(): BrowserSession[] {
    const oldest = Date.now() - unusedDays * dayMs;
    return (readLabFile(home)?.sessions ?? []).filter(({ used }) => Date.parse(used) >= oldest);
  }

  function keep(sessions: readonly BrowserSession[]): void {
    const file = readLabFile(home);
    if (file) writeLabFile(home, { ...file, sessions: [...sessions] });
  }

  return {
    begin(origin, browser) {
      const token = newSecret();
      const session = { digest: digestOf(token), origin, used: new Date().toISOString(), browser };
      keep([...living(), session].slice(-most));
      return token;
    },
    knows(token, origin) {
      const digest = digestOf(token);
      const sessions = living();
      const found = sessions.find((session) => session.digest === digest && session.origin === origin);
      if (!found) return false;
      if (Date.parse(found.used) < Date.now() - dayMs) {
        keep([...sessions.filter((other) => other !== found), { ...found, used: new Date().toISOString() }]);
      }
      return true;
    },
    list: () =>
      living()
        .map(({ digest, origin, used, browser }) => ({
          id: digest.slice(0, idLength),
          name: browser,
          origin,
          used: Date.parse(used),
        }))
        .sort((a, b) => b.used - a.used),
    end: (id) => keep(id === undefined ? [] : living().filter(({ digest }) => !digest.startsWith(id))),
  };
}

/** By which a browser is told from others; who knows it cannot come as that browser. */
export function idOf(token: string): string {
  return digestOf(token).slice(0, idLength);
}

/** Tokens are random, so that how far their digests agree tells nothing. */
function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
