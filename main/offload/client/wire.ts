import { request as requestPlain } from 'node:http';
import { request as requestSecured } from 'node:https';
import { connect, type Socket } from 'node:net';
import { getProxyForUrl } from 'proxy-from-env';
import { authorities } from '../../authorities.ts';
import { SluiceError } from '../../errors.ts';
import { isLoopback } from '../transport/loopback.ts';

/** Where a TCP connection leads. */
export interface Place {
  /** A name or an address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

export function placeOf({ hostname, port, protocol }: URL): Place {
  const host = hostname.replace(/^\[|\]$/g, '');
  return { host, port: Number(port || (protocol === 'wss:' ? 443 : 80)) };
}

/**
 * A TCP connection to the server at a URL, which may still be on its way: a direct one, or one through the proxy that
 * HTTPS_PROXY (`wss:`), HTTP_PROXY (`ws:`) or ALL_PROXY name, unless NO_PROXY does. Nothing for this machine goes through
 * one; a proxy that keeps it waiting is given up at the signal. Throws `proxy-failed`.
 */
export async function openWire(url: URL, signal: AbortSignal): Promise<Socket> {
  const { host, port } = placeOf(url);
  // The package knows the web's protocols.
  const proxy = isLoopback(host) ? '' : getProxyForUrl(url.href.replace(/^ws/, 'http'));
  return proxy === '' ? connect({ host, port, noDelay: true }) : tunnel(proxy, `${url.hostname}:${port}`, signal);
}

/**
 * Asks a proxy to connect to `target` (CONNECT). By hand, since the bytes at this socket are counted, and what agents give
 * away is the one with TLS on top.
 */
function tunnel(address: string, target: string, signal: AbortSignal): Promise<Socket> {
  const proxy = proxyUrl(address);
  const secured = proxy.protocol === 'https:';
  const user = [proxy.username, proxy.password].map(decodeURIComponent).join(':');
  const asked = (secured ? requestSecured : requestPlain)({
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: proxy.port || (secured ? 443 : 80),
    method: 'CONNECT',
    path: target,
    agent: false,
    signal,
    headers: {
      host: target,
      ...(user === ':' ? {} : { 'proxy-authorization': `Basic ${Buffer.from(user).toString('base64')}` }),
    },
    ...(secured ? { ca: authorities() } : {}),
  });
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown): void =>
      reject(
        new SluiceError('proxy-failed', `The proxy ${proxy.host} ${why}. NO_PROXY names what to reach without it.`, {
          cause,
        }),
      );
    asked.once('error', (error) => fail(`cannot be reached: ${error.message}`, error));
    asked.once('response', ({ statusCode }) => fail(`does not connect to ${target}: it answers ${statusCode}`));
    asked.once('connect', ({ statusCode = 0 }, socket) => {
      if (statusCode >= 200 && statusCode < 300) {
        resolve(socket.setNoDelay());
        return;
      }
      socket.destroy();
      fail(`does not connect to ${target}: it answers ${statusCode}`);
    });
    asked.end();
  });
}

/** What it says is not repeated: there may be a password in it. */
function proxyUrl(address: string): URL {
  const proxy = URL.canParse(address) ? new URL(address) : null;
  if (proxy && ['http:', 'https:'].includes(proxy.protocol)) return proxy;
  throw new SluiceError(
    'proxy-failed',
    'The proxy that the environment names (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY) is none that can be used: expected an address such as http://proxy:3128.',
  );
}
