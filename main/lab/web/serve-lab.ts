import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SluiceError } from '../../errors.ts';
import { isLoopback } from '../../offload/transport/loopback.ts';
import { explained } from '../window/full-disk.ts';
import type { Lab } from '../lab.ts';
import { grantAccess } from './access.ts';
import { answer } from './answer.ts';
import { windowFiles, windowFolder } from '../../processes/page/files.ts';
import { newSecret, readLabFile, writeLabFile } from './lab-file.ts';
import { browserSessions } from './sessions.ts';
import { openSockets } from './socket.ts';

export interface ServeLabOptions {
  /** This machine alone unless given. */
  readonly host?: string;
  /** Where the lab was served before, or one that is free, unless given; 0 is any free one. */
  readonly port?: number;
  /** Listen beyond this machine, though nothing is encrypted. */
  readonly insecure?: boolean;
  /** Where the window is built to; its usual place unless given. */
  readonly folder?: string;
}

export interface ServedLab {
  readonly host: string;
  readonly port: number;
  /** A new address that lets one browser in, once. */
  link(): string;
  close(): Promise<void>;
}

const firstPort = 4460;
const portsTried = 20;

/** Serves the window of a lab to browsers. Throws `lab-exposed` and `port-in-use`. */
export async function serveLab(lab: Lab, options: ServeLabOptions = {}): Promise<ServedLab> {
  const { host = '127.0.0.1', insecure = false, folder = windowFolder() } = options;
  if (!isLoopback(host) && !insecure) {
    const message =
      `The lab at ${host} could be reached from other machines, unencrypted. Leave --host out and use ssh -L, or add ` +
      '--insecure where the network is to be trusted.';
    throw new SluiceError('lab-exposed', message, { path: 'host' });
  }
  const before = readLabFile(lab.home);
  // Not that of the lab before: "sluice lab" shows it to whatever listens where that was served.
  const secret = newSecret();
  const access = grantAccess(secret, host, browserSessions(lab.home));
  const files = windowFiles(folder);
  const sockets = openSockets(lab, access);
  const link = (): string => `${base()}/?token=${access.code()}`;
  const revoke = (id?: string): void => {
    access.revoke(id);
    sockets.shutOut(id);
  };
  const server = createServer((request, response) => {
    answer(request, response, { access, files, link, revoke }).catch((error: unknown) => {
      lab.log(`${request.method} ${request.url} failed`, error);
      response.destroy();
    });
  });
  await listen(server, host, options.port, portOf(before?.url ?? null));
  server.on('upgrade', (request, socket, head) => {
    const { headers, url } = request;
    // One that has gone meanwhile is no news.
    socket.on('error', () => socket.destroy());
    const allowed = access.knowsHost(headers) && access.isOwnPage(headers);
    if (allowed && url === '/lab') sockets.accept(request, socket, head);
    else socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
  });
  const { port } = server.address() as AddressInfo;
  function base(): string {
    const name = host === '0.0.0.0' ? '127.0.0.1' : host;
    return `http://${name.includes(':') ? `[${name === '::' ? '::1' : name}]` : name}:${port}`;
  }
  const close = async (): Promise<void> => {
    sockets.close();
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  try {
    writeLabFile(lab.home, { secret, url: base(), sessions: readLabFile(lab.home)?.sessions ?? [] });
  } catch (error) {
    await close();
    throw explained(error, lab.home);
  }
  return { host, port, link, close };
}

/** A new link to the lab of a home folder that is being served by another process; null when none is. */
export function linkToRunningLab(home: string): Promise<string | null> {
  return askRunningLab(home, '/link');
}

/** Shuts out the browser of this id, or all that were let in to the lab of a home folder, whether it is being served or not. */
export async function shutOutBrowsers(home: string, id?: string): Promise<void> {
  const path = id === undefined ? '/revoke' : `/revoke?browser=${encodeURIComponent(id)}`;
  if ((await askRunningLab(home, path)) === null) browserSessions(home).end(id);
}

async function askRunningLab(home: string, path: string): Promise<string | null> {
  const file = readLabFile(home);
  if (!file?.url) return null;
  try {
    const response = await fetch(`${file.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${file.secret}` },
      redirect: 'error',
      signal: AbortSignal.timeout(3000),
    });
    return response.ok ? (await response.text()).trim() : null;
  } catch {
    return null;
  }
}

function portOf(url: string | null): number | null {
  return url === null ? null : Number(new URL(url).port);
}

/** A port that was asked for, or else the first free one, that of last time before all others. */
async function listen(server: Server, host: string, wanted: number | undefined, last: number | null): Promise<void> {
  const usual = Array.from({ length: portsTried }, (_, i) => firstPort + i);
  const ports = wanted === undefined ? [...(last === null ? [] : [last]), ...usual, 0] : [wanted];
  for (const port of ports) {
    if (await listens(server, host, port)) return;
  }
  throw new SluiceError(
    'port-in-use',
    `Port ${wanted} is in use. Give another one with --port; 0 takes any that is free.`,
  );
}

/** False when the port is taken. */
function listens(server: Server, host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      server.off('listening', succeed);
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else
        reject(
          new SluiceError('cannot-listen', `The lab cannot listen on ${host}: ${error.message}.`, { cause: error }),
        );
    };
    const succeed = (): void => {
      server.off('error', fail);
      resolve(true);
    };
    server.once('error', fail).once('listening', succeed).listen(port, host);
  });
}
