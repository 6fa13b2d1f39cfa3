import { createBirpc } from 'birpc';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { WebSocketServer, type WebSocket } from 'ws';
import type { LabApi, LabEvents } from '../../main/api.ts';
import { decodeMessage, encodeMessage, ownMethods, type LetIn } from '../../main/wire.ts';
import { fakeRun, fakeRuns } from './fake-entries.ts';
import { fakeLab, type FakeLab } from './fake-lab.ts';

/**
 * Serves the built window with a lab in memory, to look at pages without training anything:
 * `npx tsx test/support/serve-fake.ts [port] [folder]`. A third word, `empty` or `many`, is for
 * a lab without runs or with a thousand.
 */
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const policy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; connect-src 'self'; " +
  "object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

const [port = '4173', folder = 'dist/renderer', state = 'full'] = process.argv.slice(2);
const runs = {
  full: fakeRuns(),
  many: Array.from({ length: 1000 }, (_, i) => fakeRun(i + 1, { name: `run of ${i}`, bestAccuracy: (i % 97) / 100 })),
  empty: [],
}[state];
const fake = fakeLab({}, runs);

const server = createServer((request, response) => {
  const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
  const file = join(folder, path === '/' ? 'index.html' : path);
  if (!existsSync(file) || !statSync(file).isFile()) return void response.writeHead(404).end();
  response.writeHead(200, {
    'content-type': types[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': policy,
  });
  createReadStream(file).pipe(response);
});

new WebSocketServer({ server, path: '/lab' }).on('connection', (socket) => {
  // A page first shows a pass; here any will do.
  socket.once('message', () => {
    socket.send(encodeMessage({ session: 'fake' } satisfies LetIn));
    serve(socket);
  });
});

function serve(socket: WebSocket): void {
  const events = createBirpc<LabEvents, LabApi>(fake.api, {
    post: (message: unknown) => socket.send(encodeMessage(message)),
    on: (listener: (message: unknown) => void) => socket.on('message', (data: Buffer) => listener(decodeMessage(data))),
    resolver: ownMethods(fake.api),
  });
  for (const stop of passOn(fake, events)) socket.on('close', stop);
}

function passOn({ on }: FakeLab, to: LabEvents): (() => void)[] {
  return [
    on('runs', (...details) => to.runs(...details)),
    on('server', (...details) => to.server(...details)),
    on('settings', (...details) => to.settings(...details)),
    on('dataTask', (...details) => to.dataTask(...details)),
    on('modelTask', (...details) => to.modelTask(...details)),
    on('planTask', (...details) => to.planTask(...details)),
    on('planTimes', () => to.planTimes()),
    on('engineTask', (...details) => to.engineTask(...details)),
  ];
}

server.listen(Number(port), '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${port}\n`));
