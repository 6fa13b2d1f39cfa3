import { formatBytes } from '../charts/formats.ts';
import type { ServerStats } from '../processes/server/stats.ts';
import type { ServerEvent } from '../offload/server/server.ts';
import { print, shorten } from './format.ts';

interface ServerDisplay {
  readonly event: (event: ServerEvent) => void;
  /** Shows on a terminal, below the lines, what the server does now. */
  readonly follow: (line: () => Promise<string>) => void;
  readonly end: () => void;
}

const liveMs = 500;
const eraseLine = '\r\u001b[K';

/** What happens at an offload server as lines, and a live line on a terminal. */
export function showServer(): ServerDisplay {
  const live = process.stdout.isTTY;
  let timer: NodeJS.Timeout | undefined;
  let draw = (): void => undefined;
  return {
    event(event) {
      if (live) process.stdout.write(eraseLine);
      print(`${new Date().toTimeString().slice(0, 8)}  ${describe(event)}`);
      draw();
    },
    follow(lineNow) {
      if (!live) return;
      let line = '';
      draw = () => void process.stdout.write(eraseLine + shorten(line, (process.stdout.columns ?? 80) - 1));
      timer = setInterval(() => {
        const show = (now: string): void => {
          line = now;
          draw();
        };
        // A server that is being closed does not answer any more.
        void lineNow().then(show, () => undefined);
      }, liveMs);
    },
    end() {
      clearInterval(timer);
      draw = () => undefined;
      if (live) process.stdout.write(eraseLine);
    },
  };
}

/** `2 sources · 310 samples/s · 1.2 MB received, 0.9 MB sent`. */
export function liveLine({ clients, totals }: ServerStats): string {
  const rate = clients.reduce((sum, { samplesPerSecond }) => sum + samplesPerSecond, 0);
  return [
    clients.length === 1 ? '1 source' : `${clients.length} sources`,
    `${Math.round(rate)} samples/s`,
    `${formatBytes(totals.bytesUp)} received, ${formatBytes(totals.bytesDown)} sent`,
    ...(totals.errors > 0 ? [totals.errors === 1 ? '1 error' : `${totals.errors} errors`] : []),
  ].join(' · ');
}

function describe(event: ServerEvent): string {
  const { from } = event;
  switch (event.kind) {
    case 'connected':
      return `${from} connected`;
    case 'disconnected':
      return `${from} disconnected`;
    case 'refused':
      return `${from} refused: ${event.message} (${event.code})`;
    case 'failed':
      return `${from} request failed: ${event.message} (${event.code})`;
    default: {
      const { model, source, pair } = event.session;
      if (pair) return `${from} ${event.kind} a session: budget ${pair.budget ?? 'full'}`;
      const which = source.count > 1 ? `source ${source.index + 1} of ${source.count} of ` : '';
      return `${from} ${event.kind} a session: ${which}run ${source.run}, ${model.name}`;
    }
  }
}
