import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';
import { openEngine } from '../../main/engine/engine.ts';
import { openCodecs } from '../../main/offload/codecs/session-codecs.ts';
import { codecChoice, type CodecName } from '../../main/offload/codecs/table.ts';
import { decodeInfer, encodeInfer, type StepRequest } from '../../main/offload/protocol/messages.ts';
import { startOffloadServer } from '../../main/offload/server/server.ts';
import type { SessionHandler } from '../../main/offload/server/handler.ts';
import { newToken } from '../../main/offload/transport/token.ts';
import { random } from '../../main/random.ts';
import type { ServerHalf } from '../../main/training/server.ts';
import { temporaryFolder } from '../support/closing.ts';
import { openHalves, tinyCut, tinyNetwork } from '../support/halves.ts';
import { where } from '../support/where.ts';

const script = fileURLToPath(new URL('client.py', import.meta.url));
const numpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;

function handler(half: ServerHalf): SessionHandler {
  const unused = (): Promise<never> => Promise.reject(new Error('not part of this test'));
  return {
    check: () => undefined,
    step: (request) => half.step(request),
    stepTogether: unused,
    evaluate: (request) => half.evaluate(request),
    infer: (features) => half.infer(features),
    resetOptimiser() {
      half.resetOptimiser();
      return Promise.resolve();
    },
    read: unused,
    write: unused,
    close: () => Promise.resolve(),
  };
}

function features(budget: number | null): StepRequest {
  const source = random(3, 'interop');
  const kept = budget === null ? [0, 1, 2, 3] : [1, 3];
  return {
    step: 5,
    shape: [8, 3, 3],
    total: 4,
    maps: Float32Array.from({ length: 8 * 9 * kept.length }, () => source.uniform()),
    selection: budget === null ? null : { kept, mask: Float32Array.of(0.75, 0.125) },
    labels: Uint16Array.from({ length: 8 }, () => source.integer(3)),
    classes: 3,
    learningRate: 0.01,
  };
}

function base64(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

/** What the Python client reports after a session with a server half that only it talks to. */
async function python(half: ServerHalf, request: StepRequest, up: CodecName, down: CodecName): Promise<unknown> {
  const token = newToken();
  const server = await startOffloadServer({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    token,
    software: 'test',
    engine: 'test',
    models: ['tiny'],
    checkpoints: temporaryFolder(),
    open: () => Promise.resolve(handler(half)),
  });
  const task = {
    url: server.url,
    token,
    session: {
      id: newToken(),
      purpose: 'train',
      model: { name: 'tiny', width: 1, input: [6, 6, 3], classes: 3 },
      cut: tinyCut,
      codecs: [up, down].map((name) => codecChoice(name)),
      optimiser: { momentum: 0, weightDecay: 5e-4 },
      seed: 1,
      gradient: true,
      source: { run: newToken(), index: 0, count: 1, serverHalf: 'own' },
    },
    ...request,
    maps: base64(request.maps),
    labels: [...request.labels],
    kept: request.selection?.kept ?? null,
    mask: request.selection ? [...request.selection.mask] : null,
  };
  try {
    const client = promisify(execFile)('python3', [script]);
    client.child.stdin?.end(JSON.stringify(task));
    return JSON.parse((await client).stdout);
  } finally {
    await server.close();
  }
}

where(numpy, 'no numpy').describe('a client written in Python from docs/protocol.md', () => {
  beforeAll(async () => {
    await openEngine('cpu', { threads: 1 });
  });

  it.each<[string, CodecName, CodecName, number | null]>([
    ['a budget in float16', 'float16', 'float32', 2],
    ['a budget in compressed int8, its gradient in float16', 'int8+deflate', 'float16-scaled+deflate', 2],
    ['the full budget in float32', 'float32', 'float32', null],
  ])('gets the gradient, score and logits that this side computes: %s', async (_, up, down, budget) => {
    const request = features(budget);
    const { server, offloader, codecs } = openHalves(tinyNetwork, tinyCut, { codecs: { up, down } });
    const { gradient, loss, correct } = await offloader.step(request, codecs);
    const evaluation = await offloader.evaluate(request, codecs.up);
    const opened = openCodecs([codecs.up], 1);
    const logits = await server.infer(decodeInfer(encodeInfer(request, opened, 0), opened));

    const remote = openHalves(tinyNetwork, tinyCut);
    expect(await python(remote.server, request, up, down)).toEqual({
      gradient: base64(gradient),
      loss,
      correct,
      evaluation,
      logits: base64(logits),
    });
  });
});
