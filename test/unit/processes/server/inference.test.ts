import { beforeAll, describe, expect, it } from 'vitest';
import type { EngineName } from '../../../../main/engine/choices.ts';
import { openEngine } from '../../../../main/engine/engine.ts';
import { fetchState, keepState, restoreState, writeState } from '../../../../main/offload/client/remote-half.ts';
import { decodeHalfState, encodeHalfState } from '../../../../main/offload/protocol/half-state.ts';
import { decodeLogits, decodeScore, type StepRequest } from '../../../../main/offload/protocol/messages.ts';
import { inferenceWith } from '../../../../main/processes/server/inference.ts';
import { serveOffload } from '../../../../main/processes/server/serve.ts';
import { startServerProcess } from '../../../../main/processes/server/start.ts';
import { random } from '../../../../main/random.ts';
import { closing, temporaryFolder } from '../../../support/closing.ts';
import { evaluateIn, inferIn } from '../../../support/codecs.ts';
import { batchOf, connectTo, localHalf, smallSession, stepOver } from '../../../support/offload.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

const options = () => ({ home: temporaryFolder(), engine: 'cpu', threads: 1 }) as const;

/** A network whose step takes seconds. */
const large = smallSession({
  model: { name: 'vgg11', width: 1, input: [32, 32, 3], classes: 10 },
  cut: { layer: 1, module: null },
});

function largeBatch(samples: number): StepRequest {
  const source = random(1, 'large');
  return {
    step: 0,
    shape: [samples, 32, 32],
    total: 3,
    maps: Float32Array.from({ length: samples * 32 * 32 * 3 }, () => source.normal()),
    selection: null,
    labels: new Uint16Array(samples),
    classes: 10,
    learningRate: 0.01,
  };
}

describe('a session for inference', () => {
  it('computes as the trained network does, from what the training keeps or the client brings', async () => {
    const server = closing(await serveOffload(options()));
    const training = smallSession();
    const trainer = await connectTo(server, training);
    for (const key of ['a', 'b']) await stepOver(trainer, batchOf(key));
    const kept = await keepState(trainer, 'trained');
    const half = localHalf(training);
    for (const key of ['a', 'b']) await half.step(batchOf(key));

    const reader = await connectTo(server, smallSession({ purpose: 'infer', source: training.source }));
    await restoreState(reader, kept);
    const bringer = await connectTo(server, smallSession({ purpose: 'infer', seed: 8 }));
    await writeState(bringer, encodeHalfState(await half.read()));
    for (const client of [reader, bringer]) {
      const asked = ['c', 'd', 'e'].map((key) => client.request(inferIn('float32', batchOf(key))));
      for (const [i, key] of ['c', 'd', 'e'].entries()) {
        expect(decodeLogits(await asked[i]).logits).toEqual(await half.infer(batchOf(key)));
      }
      const score = decodeScore(await client.request(evaluateIn('float32', batchOf('f'))));
      expect(score).toMatchObject(await half.evaluate(batchOf('f')));
      const { weights, momentum } = decodeHalfState(await fetchState(client));
      expect(weights).toEqual((await half.read()).weights);
      expect(momentum).toEqual({});
      await expect(stepOver(client, batchOf('g'))).rejects.toMatchObject({ code: 'session-read-only' });
    }
    await stepOver(trainer, batchOf('g'));
  });

  it('is answered while a step of another half takes its time', async () => {
    const server = closing(await startServerProcess(options()));
    const trainer = await connectTo(server, large);
    const client = await connectTo(server, smallSession({ purpose: 'infer' }));
    const infer = () => client.request(inferIn('float32', batchOf('a')));
    await infer();
    const order: string[] = [];
    const stepped = stepOver(trainer, largeBatch(64)).then(() => order.push('step'));
    // The first may be sooner than the step; those after it are not.
    for (let i = 0; i < 5; i++) {
      await infer();
      order.push('logits');
    }
    await stepped;
    expect(order).toEqual([...Array<string>(5).fill('logits'), 'step']);
  });

  it('is refused with the reason while its engine cannot be opened', async () => {
    const inference = closing(inferenceWith({ engine: 'none' as EngineName, threads: 1 }));
    for (const time of ['first', 'again']) {
      await expect(inference.thread(), time).rejects.toMatchObject({ code: 'engine-unavailable' });
    }
  });
});
