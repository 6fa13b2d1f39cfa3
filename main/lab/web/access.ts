import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { isLoopback } from '../../offload/transport/loopback.ts';
import { newSecret } from './lab-file.ts';

/** Who may use the lab over HTTP: browsers that came once with a token, on pages of the lab itself. */
export interface Access {
  /** A new token, good for one use. */
  token(): string;
  /** The cookie for a token that was not used before, or null. */
  redeem(token: string): string | null;
  /** Whether a request is for this lab by one of its own names, and not by one that leads here by trickery. */
  knowsHost(headers: IncomingHttpHeaders): boolean;
  /** Whether it comes from a page of the lab. */
  isOwnPage(headers: IncomingHttpHeaders): boolean;
  /** Whether it comes from a browser that was let in. */
  isLetIn(headers: IncomingHttpHeaders): boolean;
  /** Whether it comes from a program that has read `lab.json`. */
  isOwner(headers: IncomingHttpHeaders): boolean;
}

const mostTokens = 100;

/** `host` is the address the lab listens on. */
export function grantAccess(secret: string, host: string): Access {
  const tokens = new Set<string>();
  // Cookies know no ports: labs of other homes on this machine have other names for theirs.
  const cookie = `sluice-${digest(secret).toString('hex').slice(0, 8)}`;
  return {
    token: () => {
      const [oldest] = tokens;
      if (tokens.size >= mostTokens) tokens.delete(oldest);
      const token = newSecret();
      tokens.add(token);
      return token;
    },
    redeem: (given) => {
      const token = [...tokens].find((each) => equal(each, given));
      if (token === undefined) return null;
      tokens.delete(token);
      return `${cookie}=${secret}; Path=/; HttpOnly; SameSite=Strict`;
    },
    knowsHost: (headers) => isNameOf(host, headers.host),
    isOwnPage: ({ host: name, origin }) => name !== undefined && origin === `http://${name}`,
    isLetIn: (headers) => {
      const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
      return pairs.some((pair) => pair.startsWith(`${cookie}=`) && equal(pair.slice(cookie.length + 1), secret));
    },
    isOwner: ({ authorization, origin }) => origin === undefined && equal(authorization ?? '', `Bearer ${secret}`),
  };
}

/** The port may be another one, as behind `ssh -L`. Names that are looked up could be made to lead here by anybody. */
function isNameOf(host: string, header: string | undefined): boolean {
  if (header === undefined || !URL.canParse(`http://${header}`)) return false;
  const name = new URL(`http://${header}`).hostname.replace(/^\[(.*)\]$/, '$1');
  const everywhere = host === '0.0.0.0' || host === '::';
  return isLoopback(name) || name === host || (everywhere && isIP(name) !== 0);
}

/** In a time that tells nothing about where they differ. */
function equal(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
