import type { IncomingMessage, ServerResponse } from 'node:http';
import { parentPort } from 'node:worker_threads';
import sharp from 'sharp';
import { callsOver } from '../../../main/processes/server/threads.ts';
import type { HalvesThread, ServingThread } from '../../../main/processes/serve/threads.ts';
import { startServing, type Serving } from '../../../main/serving/server.ts';
import { wholeSet } from './messages.ts';

let serving: Serving;

const halves = callsOver<HalvesThread, ServingThread>(parentPort!, {
  async listen(options) {
    const whole = options.pairs.find(({ name }) => name === `${wholeSet}-full`)!;

    async function answerPicture(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
      const parts: Buffer[] = [];
      for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
      const body = Buffer.concat(parts);
      const pixels = path === '/raw' ? body : await sharp(body).removeAlpha().raw().toBuffer();
      const maps = Float32Array.from(pixels, (value) => (value / 255 - 0.5) / 0.25);
      const features = { maps, shape: [1, 32, 32] as const, total: 3, selection: null, deadlineMs: 0 };
      const { answer } = await serving.infer(whole, { client: String(request.socket.remotePort), request: features });
      response.end(Buffer.from(answer.slice().buffer));
    }

    serving = await startServing({
      ...options,
      infer: (pair, features) => halves.infer(pair, features),
      otherPaths(path, request, response) {
        if (path !== '/raw' && path !== '/picture') return false;
        answerPicture(path, request, response).catch(() => response.writeHead(503).end());
        return true;
      },
    });
    return serving.url;
  },
  stats: () => serving.stats(),
  close: () => serving.close(),
});
