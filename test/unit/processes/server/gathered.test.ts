import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../../../main/engine/engine.ts';
import { joinSteps, splitAnswer } from '../../../../main/processes/server/gathered-step.ts';
import { serveOffload } from '../../../../main/processes/server/serve.ts';
import { decodeHalfState } from '../../../../main/offload/protocol/half-state.ts';
import type { StepRequest } from '../../../../main/offload/protocol/messages.ts';
import { fetchState } from '../../../../main/offload/client/remote-half.ts';
import { newToken } from '../../../../main/offload/transport/token.ts';
import { closing, temporaryFolder } from '../../../support/closing.ts';
import { batchOf, connectTo, localHalf, smallSession, stepOver } from '../../../support/offload.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

const sources = (count: number) => {
  const run = newToken();
  return Array.from({ length: count }, (_, index) =>
    smallSession({ source: { run, index, count, serverHalf: 'gathered' } }),
  );
};

const serve = async (gatherMs: number) =>
  closing(await serveOffload({ home: temporaryFolder(), engine: 'cpu', threads: 1, limits: { gatherMs } }));

/** Both batches one after the other, of one gate. */
function concatenated(a: StepRequest, b: StepRequest): StepRequest {
  return {
    ...a,
    shape: [a.shape[0] + b.shape[0], 4, 4],
    maps: Float32Array.of(...a.maps, ...b.maps),
    labels: Uint16Array.of(...a.labels, ...b.labels),
  };
}

function expectClose(given: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-6): void {
  expect(given.length).toBe(expected.length);
  const worst = Math.max(...Array.from(given, (value, i) => Math.abs(value - expected[i])));
  expect(worst).toBeLessThan(tolerance);
}

describe('gathered steps', () => {
  it('are one step on the concatenated batch; each source gets the gradient of its own batch', async () => {
    const server = await serve(60_000);
    const [one, two] = sources(2);
    const clients = [await connectTo(server, one), await connectTo(server, two)];
    const a = batchOf('a', [1, 3], 4);
    const b = { ...batchOf('b', [1, 3], 6), selection: a.selection };
    const answers = await Promise.all([stepOver(clients[0], a), stepOver(clients[1], b)]);

    const half = localHalf(one);
    const joint = await half.step(concatenated(a, b));
    expectClose(
      answers[0].gradient,
      joint.gradient.subarray(0, a.maps.length).map((value) => (value * 10) / 4),
    );
    expectClose(
      answers[1].gradient,
      joint.gradient.subarray(a.maps.length).map((value) => (value * 10) / 6),
    );
    expect((answers[0].loss * 4 + answers[1].loss * 6) / 10).toBeCloseTo(joint.loss, 5);
    expect(answers[0].correct + answers[1].correct).toBe(joint.correct);
    const { weights } = decodeHalfState(await fetchState(clients[0]));
    const expected = (await half.read()).weights;
    for (const [name, { data }] of Object.entries(weights)) {
      expectClose(Array.from(data, Number), Array.from(expected[name].data, Number));
    }
  });

  it('take different gates together: what one source did not send is zero for it', async () => {
    const a = batchOf('a', [0, 2], 3);
    const b = batchOf('b', [2, 3], 5);
    const union = joinSteps([a, b]);
    expect(union.selection?.kept).toEqual([0, 2, 3]);
    // In inference every sample is on its own, so that both must see the same as alone.
    const half = localHalf(smallSession());
    const [alone, together] = [[await half.infer(a), await half.infer(b)], await half.infer(union)];
    expectClose(together, [...alone[0], ...alone[1]], 1e-5);

    const gradient = Float32Array.from({ length: 8 * 16 * 3 }, (_, i) => i);
    const [first, second] = splitAnswer([a, b], { gradient, logits: together });
    expect(first.gradient[0]).toBeCloseTo(0 * a.selection!.mask[0] * (8 / 3), 3);
    expect(first.gradient[3]).toBeCloseTo(4 * a.selection!.mask[1] * (8 / 3), 3);
    expect(second.gradient[0]).toBeCloseTo((3 * 16 * 3 + 1) * b.selection!.mask[0] * (8 / 5), 2);
    expect(second.loss).toBeCloseTo((await half.evaluate(b)).loss, 4);
  });

  it('do not wait for a source that is gone, nor longer than allowed, nor across budgets', async () => {
    const server = await serve(1500);
    const [one, two] = sources(2);
    const first = await connectTo(server, one);
    const second = await connectTo(server, two);
    await Promise.all([stepOver(first, batchOf('a', [1])), stepOver(second, batchOf('b', [1, 2]))]);
    await stepOver(first, batchOf('c'));
    await second.close();
    await sleep(20);
    const { waitSeconds } = await stepOver(first, batchOf('d'));
    expect(waitSeconds).toBeLessThan(1.5);
    expect((await server.stats()).clients).toMatchObject([{ steps: 3 }]);
  });
});
