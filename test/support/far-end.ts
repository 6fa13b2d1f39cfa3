import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Address } from '../../main/offload/link/relay.ts';

/** What links are measured with: a far end that answers as it is asked to, and transfers to it. */
export async function startFarEnd(): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** Answers `E…` with the same bytes, `U` + size with one byte after so many, `D` + size with so many. */
function serve(socket: Socket): void {
  let mode = '';
  let pending = 0;
  socket.on('error', () => socket.destroy());
  socket.on('end', () => socket.end());
  socket.on('data', (data) => {
    if (mode === '') {
      mode = String.fromCharCode(data[0]);
      pending = mode === 'E' ? 0 : data.readUInt32LE(1);
      data = data.subarray(mode === 'E' ? 1 : 5);
      if (mode === 'D') socket.write(new Uint8Array(pending));
    }
    if (mode === 'E' && data.length > 0) socket.write(data);
    if (mode === 'U' && (pending -= data.length) === 0) socket.write('.');
  });
}

/** A connection to the far end. */
export async function dial(address: Address): Promise<Socket> {
  const socket = connect({ host: address.host, port: address.port, noDelay: true, allowHalfOpen: true });
  await once(socket, 'connect');
  return socket;
}

/** Milliseconds until `size` bytes have gone one way, the round trip included. */
export async function transferMs(address: Address, direction: 'up' | 'down', size: number): Promise<number> {
  const socket = await dial(address);
  const request = Buffer.alloc(direction === 'up' ? 5 + size : 5);
  request.write(direction === 'up' ? 'U' : 'D');
  request.writeUInt32LE(size, 1);
  const start = performance.now();
  socket.write(request);
  for (let missing = direction === 'up' ? 1 : size; missing > 0;)
    missing -= ((await once(socket, 'data')) as [Buffer])[0].length;
  socket.destroy();
  return performance.now() - start;
}

/** The lower quartile of many round trips, in ms: a busy machine only adds to them. */
export async function roundTripMs(address: Address, pings: number): Promise<number> {
  const socket = await dial(address);
  socket.write('E');
  const times: number[] = [];
  for (let i = 0; i < pings; i++) {
    const start = performance.now();
    socket.write('?');
    await once(socket, 'data');
    times.push(performance.now() - start);
  }
  socket.destroy();
  return times.sort((a, b) => a - b)[pings >> 2];
}
