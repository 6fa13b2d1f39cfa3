import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { utilityProcess } from 'electron';
import type { HostProcess } from './host.ts';
import { places } from './places.ts';

/** What the host prints goes where its own log is, so that also a failing start leaves its reason. */
export const hostLog = join(places.home, 'lab.log');

/** Starts the lab's host: the same code that serves a browser, in a process of its own beside the window. */
export function forkHost(): HostProcess {
  const child = utilityProcess.fork(places.host, [], {
    serviceName: 'Sluice lab',
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  mkdirSync(places.home, { recursive: true });
  const log = createWriteStream(hostLog, { flags: 'a' });
  log.on('error', (error) => console.warn(`${hostLog} cannot be written.`, error));
  child.stderr?.pipe(log);
  return child;
}
