import { createHash } from 'node:crypto';
import { newSecret, readLabFile, writeLabFile, type BrowserSession } from './lab-file.ts';

/**
 * Browsers that were let in. Each has a token of its own, which is good on pages of one origin alone: browsers keep it
 * apart from those of every other host and port. They outlive the lab, so that open windows come back.
 */
export interface BrowserSessions {
  /** Lets a browser in. Returns its token. */
  begin(origin: string): string;
  /** Whether a token is one of a browser that was let in on pages of this origin. */
  knows(token: string, origin: string): boolean;
  /** Shuts out all of them. */
  end(): void;
}

const most = 100;
const dayMs = 24 * 3600 * 1000;
const unusedDays = 30;

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
    begin(origin) {
      const token = newSecret();
      const session = { digest: digestOf(token), origin, used: new Date().toISOString() };
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
    end: () => keep([]),
  };
}

/** Tokens are random, so that how far their digests agree tells nothing. */
function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
