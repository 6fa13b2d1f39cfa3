import { Agent, request as httpRequest } from 'node:http';
import sharp from 'sharp';
import { connectOffload } from '../../../main/offload/client/client.ts';
import { openCodecs } from '../../../main/offload/codecs/session-codecs.ts';
import { codecChoice, type CodecName } from '../../../main/offload/codecs/table.ts';
import type { Address } from '../../../main/offload/link/relay.ts';
import { encodeInfer, type Features } from '../../../main/offload/protocol/messages.ts';
import { newToken } from '../../../main/offload/transport/new-token.ts';
import { random } from '../../../main/random.ts';
import type { ServedPair } from '../../../main/serving/pairs.ts';
import type { OpenedSet } from '../../../main/sets/open.ts';
import { clientOf } from '../../../main/sets/open.ts';
import { requestBudget } from '../../../main/sets/pair.ts';
import { median } from '../median.ts';
import type { Send } from './load.ts';

/** A form in which a picture goes to the server. */
export interface Form {
  readonly name: string;
  /** Bytes of a request's message or body. */
  readonly bytes: number;
  /** What the device does first, alone on this machine. */
  readonly deviceMs: number;
  /** Opens a connection for each address. */
  connect(addresses: readonly Address[]): Promise<{ readonly send: Send; close(): Promise<unknown> }>;
}

export interface Served {
  readonly token: string;
}

/** The maps of a pair in a codec. */
export async function mapsForm(set: OpenedSet, pair: ServedPair, codec: CodecName, served: Served): Promise<Form> {
  const client = await clientOf(set, pair.budget);
  const images = pixelsOf(1);
  const batch = { images, samples: 1, labels: new Uint16Array(1) };
  const budget = requestBudget(set.manifest.pairs.find((each) => each.budget === pair.budget)!);
  const features = await client.infer(batch, budget);
  const codecs = openCodecs([codecChoice(codec)], 0);
  const message = (): Uint8Array => encodeInfer(features, codecs, 0);
  const deviceMs = await timed(async () => {
    const made: Features = await client.infer(batch, budget);
    encodeInfer(made, codecs, 0);
  });
  client.dispose();
  return {
    name: `budget ${pair.budget ?? 'full'}, ${codec}`,
    bytes: message().length,
    deviceMs,
    async connect(addresses) {
      const clients = await Promise.all(
        addresses.map(({ host, port }) =>
          connectOffload({
            server: { url: `ws://${host}:${port}`, token: served.token },
            software: 'bench',
            session: {
              id: newToken(),
              purpose: 'infer',
              pair: { set: pair.set, budget: pair.budget },
              model: pair.model,
              cut: pair.cut,
              codecs: [codecChoice(codec)],
              optimiser: { momentum: 0, weightDecay: 0 },
              seed: 0,
              gradient: false,
              source: { run: newToken(), index: 0, count: 1, serverHalf: 'own' },
            },
          }),
        ),
      );
      return {
        send: (client) => clients[client].request(message()),
        close: () => Promise.all(clients.map((client) => client.close())),
      };
    },
  };
}

/** The picture itself: as its bytes, or packed. */
export async function pictureForm(kind: 'raw' | 'jpeg' | 'webp'): Promise<Form> {
  const pixels = await photograph();
  const raw = { raw: { width: 32, height: 32, channels: 3 as const } };
  const encode = (): Promise<Buffer> =>
    kind === 'raw'
      ? Promise.resolve(pixels)
      : kind === 'jpeg'
        ? sharp(pixels, raw).jpeg({ quality: 90 }).toBuffer()
        : sharp(pixels, raw).webp({ quality: 90 }).toBuffer();
  const body = await encode();
  return {
    name: kind === 'raw' ? 'raw image' : `${kind.toUpperCase()}, quality 90`,
    bytes: body.length,
    deviceMs: kind === 'raw' ? 0 : await timed(encode),
    connect(addresses) {
      // As in the other protocol a client has one connection.
      const agents = addresses.map(() => new Agent({ keepAlive: true, maxSockets: 1 }));
      const path = kind === 'raw' ? '/raw' : '/picture';
      return Promise.resolve({
        send: (client) => post({ ...addresses[client], path, agent: agents[client] }, body),
        close() {
          for (const agent of agents) agent.destroy();
          return Promise.resolve();
        },
      });
    },
  };
}

function post(to: { host: string; port: number; path: string; agent: Agent }, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest({ ...to, method: 'POST' }, (response) => {
      response.on('data', () => undefined);
      response.on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(`${response.statusCode}`))));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

function pixelsOf(samples: number): Float32Array {
  const source = random(3, 'pixels');
  return Float32Array.from({ length: samples * 32 * 32 * 3 }, () => source.normal());
}

/** 32×32 pixels, soft with some noise as photographs are: noise alone would pack badly, a drawing too well. */
async function photograph(): Promise<Buffer> {
  const source = random(3, 'picture');
  const coarse = Buffer.from(Array.from({ length: 6 * 6 * 3 }, () => source.integer(256)));
  const soft = await sharp(coarse, { raw: { width: 6, height: 6, channels: 3 } })
    .resize(32, 32, { kernel: 'cubic' })
    .raw()
    .toBuffer();
  return Buffer.from(soft.map((value) => Math.min(255, Math.max(0, Math.round(value + 6 * source.normal())))));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 25; i++) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return median(times);
}
