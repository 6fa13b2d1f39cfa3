import { parentPort } from 'node:worker_threads';
import sharp from 'sharp';
import { messageOf } from '../../../errors.ts';
import type { GreyDesk, GreyReply, GreyRequest } from './grey-pictures.ts';

/** The thread that reads and writes the pictures of a codec, one after another. */

sharp.concurrency(1);
sharp.cache(false);

async function write({ format, width, height, quality, bytes }: GreyRequest): Promise<Uint8Array> {
  const image = sharp(bytes, { raw: { width, height, channels: 1 } }).toColourspace('b-w');
  return image[format]({ quality: quality ?? undefined }).toBuffer();
}

/** What a file of each format begins with: nothing else is given to the library, which reads a great many. */
const begins = {
  jpeg: (bytes: Uint8Array) => Buffer.from(bytes.subarray(0, 3)).toString('latin1') === '\xff\xd8\xff',
  webp: (bytes: Uint8Array) => /^RIFF.{4}WEBP/s.test(Buffer.from(bytes.subarray(0, 12)).toString('latin1')),
};

async function read({ format, width, height, bytes }: GreyRequest): Promise<Uint8Array> {
  if (!begins[format](bytes)) throw new Error('it is none');
  // What a file announces is looked at before it is decoded: no picture takes more memory than was agreed on.
  const image = sharp(bytes, { limitInputPixels: width * height, failOn: 'warning' });
  const said = await image.metadata();
  if (said.width !== width || said.height !== height) throw new Error(`it is ${said.width} × ${said.height}`);
  return image.toColourspace('b-w').extractChannel(0).raw().toBuffer();
}

async function answer(request: GreyRequest): Promise<GreyReply> {
  try {
    return new Uint8Array(await (request.quality === null ? read(request) : write(request)));
  } catch (error) {
    return { failed: messageOf(error) };
  }
}

parentPort?.once('message', ({ port, replied }: GreyDesk) => {
  port.on('message', (request: GreyRequest) => {
    void answer(request).then((reply) => {
      port.postMessage(reply);
      Atomics.store(replied, 0, 1);
      Atomics.notify(replied, 0);
    });
  });
});
