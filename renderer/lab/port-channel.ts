import type { DesktopBridge } from '../../main/api.ts';
import type { Channel } from './channel.ts';

interface PortMessage {
  readonly type: 'lab:port';
  readonly nonce: string;
}

/** A lab in a process of the desktop app: asks for a port and waits for it. Rejects after `patience` ms. */
export function openPortChannel(bridge: DesktopBridge, patience = 10_000): Promise<Channel> {
  const nonce = crypto.randomUUID();
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      window.removeEventListener('message', receive);
    };
    const receive = (event: MessageEvent<unknown>): void => {
      // Only the preload script of this very page can answer with the nonce.
      if (event.source !== window || event.origin !== window.origin || !isPortMessage(event.data, nonce)) return;
      stop();
      const [port] = event.ports;
      if (port) resolve(channelOver(port));
      else reject(new Error('The lab is not running.'));
    };
    const timer = setTimeout(() => {
      stop();
      reject(new Error('The lab does not answer.'));
    }, patience);
    window.addEventListener('message', receive);
    bridge.requestPort(nonce);
  });
}

function isPortMessage(data: unknown, nonce: string): data is PortMessage {
  if (typeof data !== 'object' || data === null) return false;
  const { type, nonce: given } = data as Partial<PortMessage>;
  return type === 'lab:port' && given === nonce;
}

function channelOver(port: MessagePort): Channel {
  return {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => {
      port.onmessage = ({ data }: MessageEvent<unknown>) => listener(data);
    },
    // Chromium tells when the process at the other end is gone.
    onClose: (listener) => port.addEventListener('close', () => listener(), { once: true }),
    close: () => port.close(),
  };
}
