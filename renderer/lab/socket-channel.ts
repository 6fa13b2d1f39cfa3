import { decodeMessage, encodeMessage, notLetIn, type LetIn } from '../../main/wire.ts';
import type { Channel } from './channel.ts';
import { LabFailure, shutOut } from './failure.ts';
import type { PagePass } from './pass.ts';

/** Where the page's own host serves the lab. */
export function labAddress({ protocol, host }: Pick<Location, 'protocol' | 'host'>): string {
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/lab`;
}

/**
 * A lab behind a WebSocket, which lets in who shows a pass first. Rejects with `not-let-in`, or when it does not answer,
 * after `patience` ms.
 */
export function openSocketChannel(address: string, pass: PagePass, patience = 10_000): Promise<Channel> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address);
    socket.binaryType = 'arraybuffer';
    const timer = setTimeout(() => socket.close(), patience);
    socket.onopen = () => socket.send(encodeMessage(pass.present()));
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      clearTimeout(timer);
      pass.keep((decodeMessage(data) as LetIn).session);
      resolve(channelOver(socket));
    };
    socket.onclose = ({ code }) => {
      clearTimeout(timer);
      reject(code === notLetIn ? new LabFailure(shutOut) : new Error('The lab does not answer.'));
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
