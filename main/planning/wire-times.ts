import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyOf, type CodecChoice } from '../offload/codecs/table.ts';
import { openCodecs } from '../offload/codecs/session-codecs.ts';
import { connectOffload } from '../offload/client/client.ts';
import { decodeGradient, encodeStep, type StepRequest } from '../offload/protocol/messages.ts';
import { startOffloadServer } from '../offload/server/server.ts';
import { newToken } from '../offload/transport/new-token.ts';
import { random } from '../random.ts';
import type { WireTimes } from './costs.ts';
import { idleHalf } from './idle-half.ts';

const repetitions = 12;
const warmUp = 4;
/** Maps of these sizes are sent there and back: what grows with them is the time of a value. */
const [smallSide, largeSide, maps] = [2, 32, 64] as const;

/**
 * Seconds that a message takes one way by its codec on this machine, over a socket on the loopback interface to a server half
 * that gives every map back: the median, half of there and back.
 */
export async function timeWire(codecs: readonly CodecChoice[]): Promise<WireTimes> {
  const times: Record<string, { message: number; value: number }> = {};
  for (const codec of codecs) {
    const [small, large] = await roundTrips(codec);
    const values = (side: number): number => side * side * maps;
    const value = Math.max(0, large - small) / (values(largeSide) - values(smallSide)) / 2;
    times[keyOf(codec)] = { message: Math.max(0, small / 2 - value * values(smallSide)), value };
  }
  return times;
}

/** Seconds of a small step and of a large one. */
async function roundTrips(codec: CodecChoice): Promise<[small: number, large: number]> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-plan-'));
  const token = newToken();
  const server = await startOffloadServer({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    token,
    software: 'plan',
    engine: 'none',
    models: ['echo'],
    checkpoints: folder,
    open: () => Promise.resolve(idleHalf()),
  });
  try {
    const client = await connectOffload({
      server: { url: server.url, token },
      software: 'plan',
      session: {
        id: newToken(),
        purpose: 'train',
        model: { name: 'echo', width: 1, input: [1, 1, 1], classes: 2 },
        cut: { layer: 0, module: null },
        codecs: [codec],
        optimiser: { momentum: 0, weightDecay: 0 },
        seed: 1,
        gradient: true,
        source: { run: newToken(), index: 0, count: 1, serverHalf: 'own' },
      },
    });
    const opened = openCodecs([codec], 1);
    const trip = async (request: StepRequest): Promise<number> => {
      const start = performance.now();
      const answer = await client.request(encodeStep(request, opened, { codec: 0, answerCodec: 0 }));
      decodeGradient(answer, opened, { ...request, answerCodec: 0, wantsGradient: true });
      return (performance.now() - start) / 1000;
    };
    const median = async (side: number): Promise<number> => {
      const seconds: number[] = [];
      for (let i = -warmUp; i < repetitions; i++) {
        const taken = await trip(stepOf(side));
        if (i >= 0) seconds.push(taken);
      }
      return seconds.sort((a, b) => a - b)[repetitions >> 1];
    };
    const both: [number, number] = [await median(smallSide), await median(largeSide)];
    await client.close({ done: true });
    return both;
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

function stepOf(side: number): StepRequest {
  const source = random(1, 'wire');
  return {
    shape: [1, side, side],
    total: maps,
    step: 0,
    classes: 2,
    learningRate: 0,
    maps: Float32Array.from({ length: side * side * maps }, () => source.normal()),
    selection: null,
    labels: new Uint16Array(1),
  };
}
