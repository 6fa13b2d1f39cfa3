import { SluiceError } from '../../errors.ts';
import { sleep } from '../../pause.ts';
import { decodeControl, encodeControl, type Control } from '../protocol/control.ts';
import { readHeader } from '../protocol/header.ts';
import { closeCodes, type Connection } from '../transport/connection.ts';

/** What a client says to a server first, over whatever it has connected. Needs no Node. */

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

/** Connects to a server and says hello. */
export type Dial = (address: ServerAddress, software: string) => Promise<Dialled>;

/** For each of connecting and the answer to hello. */
export const answerMs = 10_000;

/** What may pass by itself: the server starts, restarts or is full, the network comes back. */
const passing = new Set(['server-unreachable', 'connection-lost', 'limit-clients', 'limit-sessions']);

export function mayPass(error: unknown): boolean {
  return error instanceof SluiceError && passing.has(error.code);
}

/** Says hello over a new connection, which is closed if that fails. Throws what the server answers. */
export async function greet(connection: Connection, address: ServerAddress, software: string): Promise<Dialled> {
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

/** What a promise resolves to. Throws when the server keeps it waiting: it may take connections and not speak our protocol. */
export async function inTime<T>(answer: Promise<T>, { url: dialled, name: url = dialled }: ServerAddress): Promise<T> {
  const deadline = new AbortController();
  const silence = sleep(answerMs, deadline.signal).then(() => {
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
