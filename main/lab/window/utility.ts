import type { LabInfo } from '../../api.ts';
import { openLab } from '../lab.ts';
import { serveWindow, type WindowChannel } from './serve-window.ts';

/**
 * The lab's host as a utility process of the desktop app: `attach` messages bring ports, each with a window at its other
 * end; `close` ends it. What it needs of Electron is so little that the types stand here.
 */

interface Port {
  postMessage(message: unknown): void;
  start(): void;
  close(): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
  once(event: 'close', listener: () => void): void;
}

interface ParentPort {
  on(
    event: 'message',
    listener: (event: { readonly data: { type: string }; readonly ports: readonly Port[] }) => void,
  ): void;
}

const kind: LabInfo['host'] = 'desktop';

// Processes that this one forks are Electron's binary again, and have to run as Node.
process.env['ELECTRON_RUN_AS_NODE'] = '1';

const lab = openLab();
process.on('uncaughtExceptionMonitor', (error) => lab.log('the lab crashed', error));

(process as unknown as { readonly parentPort: ParentPort }).parentPort.on('message', ({ data, ports }) => {
  if (data.type === 'attach') for (const port of ports) serveWindow(lab, channelOver(port));
  if (data.type === 'close') void lab.close().then(() => process.exit());
});

function channelOver(port: Port): WindowChannel {
  return {
    kind,
    post: (message) => port.postMessage(message),
    onMessage: (listener) => {
      port.on('message', ({ data }) => listener(data));
      port.start();
    },
    onClose: (listener) => port.once('close', listener),
    // Structured clones are handed over at once.
    busy: () => false,
    close: () => port.close(),
  };
}
