import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { isLoopback } from '../../offload/transport/loopback.ts';
import { sameToken } from '../../offload/transport/token.ts';
import type { Pass } from '../../wire.ts';
import { browserName } from './browser-name.ts';
import { newSecret } from './lab-file.ts';
import type { BrowserSessions } from './sessions.ts';

/** Who may use the lab over HTTP: browsers that came once with the code of a link, on pages of the lab itself. */
export interface Access {
  /** A new code for a link, good for one use. */
  code(): string;
  /** The session of a browser that shows a code or a session on a page of the lab; null: it is not let in. */
  letIn(pass: Pass, headers: IncomingHttpHeaders): string | null;
  /** Shuts out the browser of this id; or all, and takes back all codes. */
  revoke(id?: string): void;
  /** Whether a request is for this lab by one of its own names, and not by one that leads here by trickery. */
  knowsHost(headers: IncomingHttpHeaders): boolean;
  /** Whether it comes from a page of the lab. */
  isOwnPage(headers: IncomingHttpHeaders): boolean;
  /** Whether it comes from a program that has read `lab.json`. */
  isOwner(headers: IncomingHttpHeaders): boolean;
}

const mostCodes = 100;

/** `host` is the address the lab listens on, `secret` what its owner shows. */
export function grantAccess(secret: string, host: string, sessions: BrowserSessions): Access {
  const codes = new Set<string>();

  function redeem(given: string): boolean {
    const code = [...codes].find((each) => sameToken(each, given));
    return code !== undefined && codes.delete(code);
  }

  return {
    code: () => {
      const [oldest] = codes;
      if (codes.size >= mostCodes) codes.delete(oldest);
      const code = newSecret();
      codes.add(code);
      return code;
    },
    letIn({ code, session }, { origin = '', 'user-agent': agent }) {
      // One that is in already uses its link up all the same.
      const redeemed = code !== undefined && redeem(code);
      if (session !== undefined && sessions.knows(session, origin)) return session;
      return redeemed ? sessions.begin(origin, browserName(agent)) : null;
    },
    revoke(id) {
      if (id === undefined) codes.clear();
      sessions.end(id);
    },
    knowsHost: (headers) => isNameOf(host, headers.host),
    isOwnPage: ({ host: name, origin }) => name !== undefined && origin === `http://${name}`,
    isOwner: ({ authorization, origin }) => origin === undefined && sameToken(authorization ?? '', `Bearer ${secret}`),
  };
}

/** The port may be another one, as behind `ssh -L`. Names that are looked up could be made to lead here by anybody. */
function isNameOf(host: string, header: string | undefined): boolean {
  if (header === undefined || !URL.canParse(`http://${header}`)) return false;
  const name = new URL(`http://${header}`).hostname.replace(/^\[(.*)\]$/, '$1');
  const everywhere = host === '0.0.0.0' || host === '::';
  return isLoopback(name) || name === host || (everywhere && isIP(name) !== 0);
}
