import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { parentPort } from 'node:worker_threads';

/**
 * The thread at both ends of a link that is measured. It says at which port it echoes, then answers each request with the
 * milliseconds of so many round trips through a link to it. Like any client it sleeps while it waits.
 */

export interface PingRequest {
  /** Of the link, on the loopback interface. */
  readonly port: number;
  readonly pings: number;
}

const host = '127.0.0.1';

const echo = createServer({ noDelay: true }, (socket) => socket.on('error', () => socket.destroy()).pipe(socket));
echo.listen(0, host, () => parentPort?.postMessage((echo.address() as AddressInfo).port));

async function ping({ port, pings }: PingRequest): Promise<number[]> {
  const socket = connect({ host, port, noDelay: true });
  await once(socket, 'connect');
  const times: number[] = [];
  while (times.length < pings) {
    const start = performance.now();
    socket.write('?');
    await once(socket, 'data');
    times.push(performance.now() - start);
  }
  socket.destroy();
  return times;
}

parentPort?.on('message', (request: PingRequest) => void ping(request).then((times) => parentPort?.postMessage(times)));
