import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../../../main/engine/engine.ts';
import { ownBuffers } from '../../../../main/processes/server/own-buffers.ts';
import { batchOf, localHalf, smallSession } from '../../../support/offload.ts';
import { computeOverPort } from './compute-over-port.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

describe('between the threads of a server', () => {
  it('maps and gradients are handed over, not copied', async () => {
    const answered: Float32Array[] = [];
    const maps: Float32Array[] = [];
    const compute = computeOverPort((halves) => ({
      ...halves,
      async step(id, request) {
        maps.push(request.maps);
        const answer = await halves.step(id, request);
        answered.push(answer.gradient);
        return answer;
      },
      async infer(id, features) {
        const logits = await halves.infer(id, features);
        answered.push(logits);
        return logits;
      },
    }));
    const session = smallSession();
    await compute.build('half', session, {});
    const half = localHalf(session);

    const step = batchOf('a');
    const answer = await compute.step('half', step);
    expect([step.maps, step.labels, step.selection!.mask].map(({ buffer }) => buffer.byteLength)).toEqual([0, 0, 0]);
    expect(maps[0]).toEqual(batchOf('a').maps);
    expect(answered[0].buffer.byteLength).toBe(0);
    const { gradient, loss, correct } = await half.step(batchOf('a'));
    expect(answer).toEqual({ gradient, loss, correct });

    const evaluated = batchOf('b');
    expect(await compute.evaluate('half', evaluated)).toEqual(await half.evaluate(batchOf('b')));
    const inferred = batchOf('c');
    expect(await compute.infer('half', inferred)).toEqual(await half.infer(batchOf('c')));
    expect([evaluated.maps, inferred.maps, answered[1]].map(({ buffer }) => buffer.byteLength)).toEqual([0, 0, 0]);

    const together = [batchOf('d'), batchOf('e')];
    expect(await compute.stepTogether('half', together)).toHaveLength(2);
    expect(together.map(({ maps: { buffer } }) => buffer.byteLength)).toEqual([0, 0]);

    const state = await compute.read('half');
    await compute.write('half', state);
    expect(state.buffer.byteLength).toBe(0);
  });

  it('an error comes as it was thrown', async () => {
    const compute = computeOverPort();
    await compute.build('half', smallSession(), {});
    const batch = batchOf('a');
    await expect(compute.step('half', { ...batch, maps: batch.maps.map(() => 3e38) })).rejects.toMatchObject({
      code: 'diverged',
    });
    await compute.close('half');
    await expect(compute.read('half')).rejects.toThrow('closed');
  });
});

describe('what a thread may hand over', () => {
  it('is each buffer once, and none of which a part is meant', () => {
    const whole = new Float32Array(4);
    const empty = new Float32Array(0);
    const part = new Float32Array(8).subarray(2, 4);
    const shared = new Float32Array(new SharedArrayBuffer(16));
    const message = {
      a: [
        'id',
        [
          { whole, again: whole, empty },
          { part, shared, kept: [1, 2], none: null },
        ],
      ],
    };
    expect(ownBuffers(message)).toEqual([whole.buffer]);
  });
});
