import {
  decodeEvaluate,
  decodeGradient,
  decodeStep,
  encodeEvaluate,
  encodeGradient,
  encodeStep,
} from '../offload/protocol/messages.ts';
import { SluiceError } from '../errors.ts';
import type { Offloader } from './offloader.ts';
import type { ServerHalf } from './server.ts';

/**
 * An Offloader in the client's own process. Every message is encoded and decoded as it would be for a socket, so that
 * numbers and byte counts are those of a network.
 */
export function inProcessOffloader(server: ServerHalf): Offloader {
  return {
    async step(request, codecs) {
      const start = performance.now();
      const up = encodeStep(request, codecs.up, codecs.down);
      const arrived = decodeStep(up);
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
      const down = encodeGradient(answer, arrived.answerCodec);
      const returned = decodeGradient(down);
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
    evaluate: (request, codec) => server.evaluate(decodeEvaluate(encodeEvaluate(request, codec))),
    phase({ fresh }) {
      if (fresh) server.resetOptimiser();
      return Promise.resolve();
    },
    checkpoint: async () => ({ kind: 'state', state: await server.read() }),
    restore(saved) {
      if (saved.kind !== 'state') return Promise.reject(keptElsewhere());
      server.write(saved.state);
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
