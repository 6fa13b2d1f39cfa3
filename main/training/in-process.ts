import {
  decodeEvaluate,
  decodeGradient,
  decodeStep,
  encodeEvaluate,
  encodeGradient,
  encodeStep,
} from '../offload/protocol/messages.ts';
import { openCodecs } from '../offload/codecs/session-codecs.ts';
import type { CodecChoice } from '../offload/codecs/table.ts';
import { SluiceError } from '../errors.ts';
import type { Offloader } from './offloader.ts';
import type { ServerHalf } from './server.ts';

/**
 * An Offloader in the client's own process. Every message is encoded and decoded as it would be for a socket with a
 * session that has these codecs and this seed, so that numbers and byte counts are those of a network.
 */
export function inProcessOffloader(server: ServerHalf, choices: readonly CodecChoice[], seed: number): Offloader {
  const near = openCodecs(choices, seed);
  const far = openCodecs(choices, seed);
  return {
    async step(request, codecs) {
      const start = performance.now();
      const asked = { codec: near.indexOf(codecs.up), answerCodec: near.indexOf(codecs.down) };
      const up = encodeStep(request, near, asked);
      const arrived = decodeStep(up, far);
      const reached = performance.now();
      const { gradient, loss, correct } = await server.step(arrived);
      const stepped = performance.now();
      const [n, h, w] = request.shape;
      const answer = {
        gradient,
        shape: [n, h, w, gradient.length / (n * h * w)] as const,
        loss,
        correct,
        serverSeconds: (stepped - reached) / 1000,
        waitSeconds: 0,
      };
      const down = encodeGradient(answer, far, arrived);
      const returned = decodeGradient(down, near, {
        ...request,
        answerCodec: asked.answerCodec,
        wantsGradient: gradient.length > 0,
      });
      if (gradient.length > 0) near.correct(asked.codec, returned.gradient);
      return {
        gradient: returned.gradient,
        loss: returned.loss,
        correct: returned.correct,
        bytesUp: up.byteLength,
        bytesDown: down.byteLength,
        wireUp: up.byteLength,
        wireDown: down.byteLength,
        serverSeconds: returned.serverSeconds,
        wireSeconds: (performance.now() - start - (stepped - reached)) / 1000,
        waitSeconds: 0,
      };
    },
    evaluate: (request, codec) =>
      server.evaluate(decodeEvaluate(encodeEvaluate(request, near, near.indexOf(codec)), far)),
    phase({ fresh }) {
      if (fresh) server.resetOptimiser();
      return Promise.resolve();
    },
    checkpoint: async () => ({ kind: 'state', state: await server.read() }),
    readCodecs: () => Promise.resolve(near.stateful ? { client: near.read(), server: far.read() } : undefined),
    restore(saved, codecs) {
      if (saved.kind !== 'state') return Promise.reject(keptElsewhere());
      server.write(saved.state);
      if (codecs) {
        near.write(codecs.client);
        far.write(codecs.server);
      }
      return Promise.resolve();
    },
    close() {
      server.dispose();
      return Promise.resolve();
    },
  };
}

function keptElsewhere(): SluiceError {
  return new SluiceError(
    'checkpoint-elsewhere',
    'The server half of this checkpoint is with an offload server. Resume the run with processes "separate", as it began.',
    { path: 'processes' },
  );
}
