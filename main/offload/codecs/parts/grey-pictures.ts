import { MessageChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { startThread } from '../../../entry.ts';
import { SluiceError } from '../../../errors.ts';

export type PictureFormat = 'jpeg' | 'webp';

/** What the thread is asked for: a picture of grey levels, row by row, or the levels of a picture that has to be of this size. */
export interface GreyRequest {
  readonly format: PictureFormat;
  readonly width: number;
  readonly height: number;
  /** How good a picture to make; null where it is to be read. */
  readonly quality: number | null;
  readonly bytes: Uint8Array;
}

export type GreyReply = Uint8Array | { readonly failed: string };

/** What the thread is given first: where it gets requests, and what it sets to 1 once there is a reply. */
export interface GreyDesk {
  readonly port: MessagePort;
  readonly replied: Int32Array;
}

/** It starts within a second; a machine that swaps takes longer. */
const patience = 120_000;

let desk: GreyDesk | undefined;

/**
 * The image library answers later, codecs at once: it works on a thread of its own, for which this one waits. One for the
 * process, and none keeps the process alive.
 */
function openDesk(): GreyDesk {
  const { port1: near, port2: far } = new MessageChannel();
  const replied = new Int32Array(new SharedArrayBuffer(4));
  const thread = startThread(import.meta.url, './grey-pictures-worker.ts', undefined);
  thread.unref();
  thread.postMessage({ port: far, replied } satisfies GreyDesk, [far]);
  return { port: near, replied };
}

function ask(request: GreyRequest): GreyReply {
  desk ??= openDesk();
  const { port, replied } = desk;
  Atomics.store(replied, 0, 0);
  port.postMessage(request);
  Atomics.wait(replied, 0, 0, patience);
  const reply: { readonly message: GreyReply } | undefined = receiveMessageOnPort(port);
  if (reply) return reply.message;
  // It may still answer, to nobody.
  desk = undefined;
  const message = `The image library did not answer in ${patience / 1000} seconds. Choose another codec, as int8+deflate.`;
  throw new SluiceError('codec-unavailable', message, { path: 'codec' });
}

/** Pictures of one grey channel, read and written at once. */
export const greyPictures = {
  available: (): boolean => true,
  /** Throws `codec-unavailable` where the library cannot. */
  write(format: PictureFormat, levels: Uint8Array, width: number, height: number, quality: number): Uint8Array {
    const reply = ask({ format, width, height, quality, bytes: levels });
    if (reply instanceof Uint8Array) return reply;
    throw new SluiceError('codec-unavailable', `The image library writes no ${format}: ${reply.failed}.`, {
      path: 'codec',
    });
  },
  /** The levels, or why there are none: damaged, of another size, no such picture. Never holds more than that size. */
  read: (format: PictureFormat, bytes: Uint8Array, width: number, height: number): GreyReply =>
    ask({ format, width, height, quality: null, bytes }),
};
