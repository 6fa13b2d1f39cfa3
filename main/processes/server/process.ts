import { isDeepStrictEqual } from 'node:util';
import { failureOf } from '../../failure.ts';
import type { FromServer, ToServer } from './messages.ts';
import { serveOffload, type ServedOffload, type ServeOptions } from './serve.ts';
import type { ServerStats } from './stats.ts';

/** The process of an offload server, started by start.ts. It ends when asked to or when its parent is gone. */

const statsMs = 500;

let starting: Promise<ServedOffload> | null = null;

function tell(message: FromServer): void {
  if (process.connected) process.send?.(message, () => undefined);
}

async function serve(options: ServeOptions): Promise<void> {
  try {
    starting = serveOffload(options, (event) => tell({ kind: 'event', event }));
    const { url, token, fingerprint, engine, stats } = await starting;
    tell({ kind: 'ready', ready: { url, token, engine, ...(fingerprint === undefined ? {} : { fingerprint }) } });
    let told: ServerStats | null = null;
    setInterval(() => {
      void stats().then((now) => {
        if (!isDeepStrictEqual(now, told)) tell({ kind: 'stats', stats: now });
        told = now;
      });
    }, statsMs);
  } catch (error) {
    starting = null;
    tell({ kind: 'failed', failure: failureOf(error) });
    process.disconnect();
  }
}

async function close(): Promise<void> {
  const server = await starting?.catch(() => null);
  await server?.close();
  process.exit(0);
}

process.on('message', (message: ToServer) => {
  if (message.kind === 'serve') void serve(message.options);
  else void close();
});
for (const gone of ['disconnect', 'SIGTERM'] as const) process.on(gone, () => void close());
// Ctrl-C in a terminal reaches it too, but clients may still want to save: its parent says when to end.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
