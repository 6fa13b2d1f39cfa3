import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import { authorities } from '../../authorities.ts';
import { codeOf, messageOf, SluiceError } from '../../errors.ts';
import { maxMessageBytes, type Connection } from '../transport/connection.ts';
import { connectionOver } from '../transport/socket.ts';
import { isLoopback } from '../transport/loopback.ts';
import { sameToken } from '../transport/token.ts';
import { answerMs, greet, inTime, type Dialled, type ServerAddress } from './greeting.ts';
import { openWire, placeOf } from './wire.ts';

export { mayPass, throwIfError, type Dialled, type ServerAddress } from './greeting.ts';

/** Connects and says hello. Throws an error that `mayPass`, or one that says what to do. */
export async function dial(address: ServerAddress, software: string): Promise<Dialled> {
  return greet(await connect(address), address, software);
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
