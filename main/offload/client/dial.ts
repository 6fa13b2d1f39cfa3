import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import { authorities } from '../../authorities.ts';
import { codeOf, messageOf, SluiceError } from '../../errors.ts';
import { closeCodes, connectionOver, maxMessageBytes, type Connection } from '../transport/connection.ts';
import { decodeControl, encodeControl, type Control } from '../protocol/control.ts';
import { readHeader } from '../protocol/header.ts';
import { isLoopback } from '../transport/loopback.ts';
import { sameToken } from '../transport/token.ts';
import { openWire, placeOf } from './wire.ts';

export interface ServerAddress {
  /** `ws://host:port` or `wss://host:port` */
  readonly url: string;
  readonly token: string;
  /** The address to show where the url is only an emulated link's. */
  readonly name?: string;
  /** Certificates to trust instead of the system's, PEM. */
  readonly ca?: string | Buffer;
  /** Trust only the certificate with this SHA-256 fingerprint, self-signed or not. */
  readonly fingerprint?: string;
  /** Send the token though nothing is encrypted, also to another machine. */
  readonly insecure?: boolean;
}

export interface Dialled {
  readonly connection: Connection;
  readonly welcome: Control<'welcome'>;
}

/** For each of connecting and the answer to hello. */
const answerMs = 10_000;

/** What may pass by itself: the server starts, restarts or is full, the network comes back. */
const passing = new Set(['server-unreachable', 'connection-lost', 'limit-clients', 'limit-sessions']);

export function mayPass(error: unknown): boolean {
  return error instanceof SluiceError && passing.has(error.code);
}

/** Connects and says hello. Throws an error that `mayPass`, or one that says what to do. */
export async function dial(address: ServerAddress, software: string): Promise<Dialled> {
  const connection = await connect(address);
  try {
    connection.send(encodeControl('hello', { software, token: address.token }));
    const welcome = decodeControl('welcome', throwIfError(await inTime(connection.receive(), address)));
    return { connection, welcome };
  } catch (error) {
    connection.close(closeCodes.normal);
    throw error;
  }
}

/** Passes a message on, but throws what an error message says. */
export function throwIfError(message: Uint8Array): Uint8Array {
  if (readHeader(message).type !== 'error') return message;
  const { code, message: text, path } = decodeControl('error', message);
  throw new SluiceError(code, text, path === undefined ? {} : { path });
}

async function connect(address: ServerAddress): Promise<Connection> {
  const url = requireProtected(address);
  const wire = await openWire(url, AbortSignal.timeout(answerMs));
  const secured = url.protocol === 'wss:' ? secure(wire, placeOf(url).host, address) : null;
  const socket = new WebSocket(url, {
    createConnection: () => secured ?? wire,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
    // Masks keep scripts in browsers from steering what proxies see. Here they would cost more than all other encoding.
    generateMask: (mask) => mask.fill(0),
  });
  try {
    await inTime(once(socket, 'open'), address);
    if (secured) requireFingerprint(secured, address);
  } catch (error) {
    socket.on('error', () => undefined).terminate();
    throw error instanceof SluiceError ? error : explain(error, address);
  }
  return connectionOver(socket, wire, 'server');
}

/** What a promise resolves to. Throws when the server keeps it waiting: it may take connections and not speak our protocol. */
async function inTime<T>(answer: Promise<T>, { url: dialled, name: url = dialled }: ServerAddress): Promise<T> {
  const deadline = new AbortController();
  const silence = sleep(answerMs, undefined, { signal: deadline.signal }).then(() => {
    const message = `${url} does not answer as an offload server. Check that the server runs and the address is right.`;
    throw new SluiceError('server-unreachable', message);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    silence.catch(() => undefined);
    deadline.abort();
  }
}

function secure(wire: Socket, host: string, { ca, fingerprint }: ServerAddress): TLSSocket {
  // A pinned certificate is checked by its fingerprint, before the token is sent.
  return connectTls({
    socket: wire,
    host,
    servername: isIP(host) ? undefined : host,
    ca: ca ?? (fingerprint === undefined ? authorities() : undefined),
    rejectUnauthorized: fingerprint === undefined,
  });
}

function requireFingerprint(
  socket: TLSSocket,
  { url: dialled, name: url = dialled, fingerprint }: ServerAddress,
): void {
  if (fingerprint === undefined) return;
  const given = socket.getPeerCertificate().fingerprint256;
  if (sameToken(plain(given), plain(fingerprint))) return;
  throw new SluiceError(
    'fingerprint-mismatch',
    `The certificate of ${url} has the fingerprint ${given}, not the one expected. ` +
      'If the server made a new certificate, take the fingerprint it prints; otherwise someone is in between.',
    { path: 'fingerprint' },
  );
}

function plain(fingerprint: string): string {
  return fingerprint.replace(/[^0-9a-f]/gi, '').toLowerCase();
}

/** The address of a server. Throws `url-invalid`; `path` names where it was given. */
export function requireUrl(text: string, path = 'offload'): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const known = url !== null && ['ws:', 'wss:'].includes(url.protocol) && !url.hash;
  if (known && url.username === '' && url.password === '') return url;
  // What may be a password is not repeated.
  const shown = text.replace(/\/\/.*@/s, '//…@');
  const expected = known ? 'The token is given apart from it' : 'Expected wss://host:port';
  throw new SluiceError('url-invalid', `"${shown}" is no address to connect to. ${expected}.`, { path });
}

/**
 * The address of a server, to which nothing goes unencrypted that was to be protected. Throws `url-invalid`,
 * `connect-insecure`, and `bad-usage` for a certificate where there is no TLS.
 */
export function requireProtected(address: ServerAddress, path?: string): URL {
  const { ca, fingerprint, insecure = false, name } = address;
  const url = requireUrl(address.url, path);
  if (url.protocol === 'wss:') return url;
  const useless = ca !== undefined ? 'ca' : fingerprint !== undefined ? 'fingerprint' : null;
  if (useless) {
    const message = `${name ?? address.url} is not encrypted, so that there is no certificate to check (--${useless}). Use wss://.`;
    throw new SluiceError('bad-usage', message, { path: useless });
  }
  // Behind an emulated link the server is not where the link is.
  if (insecure || isLoopback(placeOf(requireUrl(name ?? address.url, path)).host)) return url;
  throw new SluiceError(
    'connect-insecure',
    `${name ?? address.url} is on another machine and not encrypted: token and data could be read on the way. ` +
      'Have that server encrypt (--tls) and use wss://, or allow it (--insecure).',
    { path: path ?? 'url' },
  );
}

/** The error codes of Node and OpenSSL in words. */
function explain(error: unknown, { url: dialled, name: url = dialled }: ServerAddress): SluiceError {
  const code = codeOf(error) ?? '';
  const say = (name: string, message: string): SluiceError => new SluiceError(name, message, { cause: error });
  if (/CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/.test(code)) {
    return say(
      'tls-expired',
      `The certificate of ${url} is not valid today (${messageOf(error)}). Renew it on the server.`,
    );
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/.test(code)) {
    return say(
      'tls-untrusted',
      `The certificate of ${url} is not trusted (${messageOf(error)}). Give the fingerprint that the server shows (--fingerprint), or the certificate of its authority (--ca).`,
    );
  }
  if (/ERR_SSL|EPROTO/.test(code)) {
    return say(
      'tls-failed',
      `${url} does not speak TLS (${sslReason(messageOf(error))}). Use ws:// if it was started with --insecure.`,
    );
  }
  if (code === 'ENOTFOUND') return say('server-unknown', `There is no host named in ${url}. Check the address.`);
  if (/Unexpected server response/.test(messageOf(error))) {
    return say(
      'server-other',
      `${url} answers, but not as an offload server (${messageOf(error)}). Check the address.`,
    );
  }
  const encrypted = code === 'ECONNRESET' && url.startsWith('ws:') ? ' If it was started with TLS, use wss://.' : '';
  return say(
    'server-unreachable',
    `Cannot reach ${url}: ${messageOf(error) || code}. Check that the server runs and the address is right.${encrypted}`,
  );
}

/** What OpenSSL says among numbers, files and lines of its own: `…:SSL routines:ssl3_get_record:wrong version number:…`. */
function sslReason(message: string): string {
  return /SSL routines:[^:]*:([^:]+)/.exec(message)?.[1] ?? message.trim();
}
