import { decodeMessage, encodeMessage } from '../../main/wire.ts';
import type { Channel } from './channel.ts';

/** Where the page's own host serves the lab. */
export function labAddress({ protocol, host }: Pick<Location, 'protocol' | 'host'>): string {
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/lab`;
}

/** A lab behind a WebSocket; the browser sends the session's cookie by itself. Rejects after `patience` ms. */
export function openSocketChannel(address: string, patience = 10_000): Promise<Channel> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address);
    socket.binaryType = 'arraybuffer';
    const timer = setTimeout(() => socket.close(), patience);
    socket.onopen = () => {
      clearTimeout(timer);
      resolve(channelOver(socket));
    };
    socket.onclose = () => {
      clearTimeout(timer);
      reject(new Error('The lab does not answer.'));
    };
  });
}

function channelOver(socket: WebSocket): Channel {
  return {
    post: (message) => socket.send(encodeMessage(message)),
    onMessage: (listener) => {
      socket.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => {
        if (typeof data !== 'string') listener(decodeMessage(data));
      };
    },
    onClose: (listener) => {
      socket.onclose = () => listener();
    },
    close: () => socket.close(),
  };
}
