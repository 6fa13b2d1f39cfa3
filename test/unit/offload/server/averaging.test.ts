import { describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '../../../../main/model/safetensors.ts';
import { connectOffload, type OffloadClient } from '../../../../main/offload/client/client.ts';
import { averageState } from '../../../../main/offload/client/remote-half.ts';
import { createAveraging } from '../../../../main/offload/server/averaging.ts';
import type { OffloadServer } from '../../../../main/offload/server/server.ts';
import { newToken } from '../../../../main/offload/transport/token.ts';
import { closing } from '../../../support/closing.ts';
import { serve, sessionRequest, token } from '../fake-half.ts';

async function connectSources(server: OffloadServer, count: number): Promise<OffloadClient[]> {
  const run = newToken();
  return Promise.all(Array.from({ length: count }, (_, index) => connectSource(server, { run, index, count })));
}

async function connectSource(
  server: OffloadServer,
  source: { readonly run: string; readonly index: number; readonly count: number },
): Promise<OffloadClient> {
  return closing(
    await connectOffload({
      server: { url: server.url, token },
      session: sessionRequest({ source: { ...source, serverHalf: 'own' } }),
      software: 'test',
    }),
  );
}

function stateOf(values: readonly number[], batches = 0): Uint8Array {
  return encodeSafetensors({
    'features.0.weight': { shape: [values.length], data: Float32Array.from(values) },
    'features.1.num_batches_tracked': { shape: [], data: BigInt64Array.of(BigInt(batches)) },
  });
}

function valuesOf(state: Uint8Array): number[] {
  return Object.values(decodeSafetensors(state, 'the answer')).flatMap(({ data }) => Array.from(data, Number));
}

describe('client halves', () => {
  it('are averaged by their samples, whoever comes first', async () => {
    const [one, two, three] = await connectSources(await serve(), 3);
    const rounds = [];
    for (const round of [0, 1]) {
      const late = averageState(three, { round, samples: 20, state: stateOf([7, 8], 6) });
      const answers = await Promise.all([
        averageState(one, { round, samples: 10, state: stateOf([1, 2], 2) }),
        averageState(two, { round, samples: 10, state: stateOf([3, 4], 4) }),
        late,
      ]);
      for (const answer of answers) {
        expect(answer).toMatchObject({ round, sources: 3 });
        // A count of batches, which stays whole, then weights.
        expect(valuesOf(answer.state)).toEqual([5, 4.5, 5.5]);
      }
      rounds.push(answers[0].state);
    }
    expect(rounds[0]).toEqual(rounds[1]);
  });

  it('are summed in the order of their sources, bit for bit', async () => {
    const big = 2 ** 53;
    const orders = [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
    ];
    for (const order of orders) {
      const averaging = createAveraging({ awaited: () => [0, 1, 2], seconds: 60 });
      const values = [big, 1, -big];
      const answers = order.map((source) =>
        averaging.join('run', source, { round: 0, samples: 1, state: stateOf([3 * values[source]]) }),
      );
      // Only with the large ones next to one another would the small one be left.
      for (const { state } of await Promise.all(answers)) expect(valuesOf(state)).toEqual([0, 0]);
    }
  });

  it('do not wait for a source that has gone', async () => {
    const [one, two] = await connectSources(await serve(), 2);
    const asked = averageState(one, { round: 0, samples: 1, state: stateOf([1]) });
    await two.close();
    expect(await asked).toMatchObject({ sources: 1 });
  });

  it('wait for a source that has yet to connect, and not for one that was there and has ended', async () => {
    const server = await serve({ limits: { averageSeconds: 60 } });
    const run = newToken();
    const one = await connectSource(server, { run, index: 0, count: 2 });
    const asked = averageState(one, { round: 0, samples: 1, state: stateOf([1]) });
    const two = await connectSource(server, { run, index: 1, count: 2 });
    expect(await averageState(two, { round: 0, samples: 1, state: stateOf([3]) })).toMatchObject({ sources: 2 });
    expect(valuesOf((await asked).state)[1]).toBe(2);
    await two.close();
    expect(await averageState(one, { round: 1, samples: 1, state: stateOf([5]) })).toMatchObject({ sources: 1 });
  });

  it('do not wait for ever; who comes later goes on from what the others agreed on', async () => {
    const [one, two, three] = await connectSources(await serve({ limits: { averageSeconds: 0.1 } }), 3);
    const [first] = await Promise.all([
      averageState(one, { round: 0, samples: 1, state: stateOf([1]) }),
      averageState(two, { round: 0, samples: 3, state: stateOf([3]) }),
    ]);
    expect(first.sources).toBe(2);
    expect(await averageState(three, { round: 0, samples: 1, state: stateOf([9]) })).toEqual(first);
  });

  it('take a source that missed rounds along again once it has what they agreed on', async () => {
    const [one, two] = await connectSources(await serve({ limits: { averageSeconds: 0.3 } }), 2);
    const ask = (source: OffloadClient, round: number): ReturnType<typeof averageState> =>
      averageState(source, { round, samples: 1, state: stateOf([round]) });
    for (const round of [0, 1, 2]) expect((await ask(one, round)).sources).toBe(1);
    expect(await ask(two, 0)).toMatchObject({ round: 2, sources: 1 });
    const [answer, other] = await Promise.all([ask(one, 3), ask(two, 1)]);
    expect(answer).toMatchObject({ round: 3, sources: 2 });
    expect(other).toEqual(answer);
  });

  it('of sources that went back to different rounds are averaged all the same, round by round', async () => {
    const [one, two] = await connectSources(await serve({ limits: { averageSeconds: 60 } }), 2);
    for (const behind of [3, 4, 5]) {
      const answers = await Promise.all([
        averageState(one, { round: behind, samples: 1, state: stateOf([behind]) }),
        averageState(two, { round: behind + 1, samples: 1, state: stateOf([behind + 2]) }),
      ]);
      for (const answer of answers) {
        expect(answer).toMatchObject({ round: behind + 1, sources: 2 });
        expect(valuesOf(answer.state)[1]).toBe(behind + 1);
      }
      expect(await averageState(one, { round: behind, samples: 1, state: stateOf([0]) })).toEqual(answers[0]);
    }
  });

  it.each([
    ['other tensors', stateOf([1, 2, 3]), 'session-mismatch'],
    ['no numbers', stateOf([NaN]), 'codec-non-finite'],
    ['no state', new Uint8Array(3), 'safetensors-invalid'],
  ])('of a source with %s are refused; the others are averaged', async (_, state, code) => {
    const [one, two] = await connectSources(await serve({ limits: { averageSeconds: 60 } }), 2);
    const asked = averageState(one, { round: 0, samples: 1, state: stateOf([1]) });
    await expect(averageState(two, { round: 0, samples: 1, state })).rejects.toMatchObject({ code });
    const good = averageState(two, { round: 0, samples: 1, state: stateOf([3]) });
    expect(valuesOf((await asked).state)[1]).toBe(2);
    expect(await good).toEqual(await asked);
  });
});
