import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { parseArgs } from 'node:util';
import { startLinks } from '../../main/host/link/start.ts';
import { linkPresets, type Link } from '../../main/offload/link.ts';
import type { Address } from '../../main/offload/relay.ts';

/**
 * What the emulated links carry by the clock, each through a process of its own: bandwidth as the best of nine transfers
 * of half a second, round-trip time as the lower quartile of a second's, without jitter and loss. `--json` prints one
 * document alone.
 */
const { values: options } = parseArgs({ options: { json: { type: 'boolean', default: false } } });

/** What a client asks for with its first byte: everything back, to be sent a number of bytes, or to take them. */
const [ECHO, DOWN, UP] = [0, 1, 2];
const TRANSFERS = 9;

const server = createServer({ noDelay: true }, serve).listen(0, '127.0.0.1');
await once(server, 'listening');
const links = [];
for (const [name, link] of Object.entries(linkPresets)) {
  const measured = {
    up: await bandwidth(server, link, 'up'),
    down: await bandwidth(server, link, 'down'),
    rttMs: await roundTrip(server, link),
  };
  links.push({ name, asked: { up: link.up, down: link.down, rttMs: link.rttMs }, measured });
  if (!options.json) {
    const [up, down, rtt] = [measured.up, measured.down, measured.rttMs].map((value) => value.toPrecision(3));
    console.log(`${name}: up ${up} of ${link.up}, down ${down} of ${link.down} Mbit/s, ${rtt} of ${link.rttMs} ms`);
  }
}
server.close();
if (options.json) console.log(JSON.stringify({ links }));

/** Mbit/s. */
async function bandwidth(target: Server, link: Link, direction: 'up' | 'down'): Promise<number> {
  const bytes = Math.round((link[direction] * 1e6) / 8 / 2);
  return through(target, { ...link, rttMs: 0 }, async (address) => {
    const seconds: number[] = [];
    while (seconds.length < TRANSFERS) seconds.push(await transfer(address, direction, bytes));
    return (bytes * 8) / 1e6 / Math.min(...seconds);
  });
}

async function roundTrip(target: Server, link: Link): Promise<number> {
  return through(target, link, async (address) => {
    const socket = await dial(address);
    socket.write(Buffer.of(ECHO));
    const times: number[] = [];
    while (times.length < Math.max(TRANSFERS, 1000 / link.rttMs)) {
      const start = performance.now();
      socket.write('?');
      await once(socket, 'data');
      times.push(performance.now() - start);
    }
    socket.destroy();
    return times.sort((a, b) => a - b)[Math.floor(times.length / 4)];
  });
}

async function through(target: Server, link: Link, use: (address: Address) => Promise<number>): Promise<number> {
  const { port } = target.address() as AddressInfo;
  const quiet = { ...link, jitterMs: 0, loss: 0 };
  const emulated = await startLinks({
    target: { host: '127.0.0.1', port },
    link: quiet,
    shared: false,
    count: 1,
    seed: 1,
  });
  try {
    return await use(emulated.addresses[0]);
  } finally {
    emulated.kill();
  }
}

/** Seconds until all has come. */
async function transfer(address: Address, direction: 'up' | 'down', bytes: number): Promise<number> {
  const socket = await dial(address);
  const request = Buffer.alloc(direction === 'up' ? 5 + bytes : 5);
  request.writeUInt8(direction === 'up' ? UP : DOWN);
  request.writeUInt32LE(bytes, 1);
  const start = performance.now();
  socket.write(request);
  for (let missing = direction === 'up' ? 1 : bytes; missing > 0;) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    missing -= chunk.length;
  }
  socket.destroy();
  return (performance.now() - start) / 1000;
}

async function dial(address: Address): Promise<Socket> {
  const socket = connect({ ...address, noDelay: true });
  await once(socket, 'connect');
  return socket;
}

/** The other end: answers as it was asked to. */
function serve(socket: Socket): void {
  let task = -1;
  let left = 0;
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    let data = chunk;
    if (task < 0) {
      task = data[0];
      if (task !== ECHO) left = data.readUInt32LE(1);
      if (task === DOWN) socket.write(Buffer.alloc(left));
      data = data.subarray(task === ECHO ? 1 : 5);
    }
    if (task === ECHO && data.length > 0) socket.write(data);
    if (task === UP && (left -= data.length) === 0) socket.write('.');
  });
}
