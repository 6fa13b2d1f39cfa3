import { beforeAll, expect, it } from 'vitest';
import { openEngine } from '../../../../main/engine/engine.ts';
import { drawWeights } from '../../../../main/model/layers/drawn.ts';
import { buildServer } from '../../../../main/model/build.ts';
import { networkSpec } from '../../../../main/model/zoo.ts';
import { encodeHalfState } from '../../../../main/offload/protocol/half-state.ts';
import { memoryBudget } from '../../../../main/processes/server/memory.ts';
import { openHalf } from '../../../../main/processes/server/open-half.ts';
import { localHalf, smallSession } from '../../../support/offload.ts';
import { computeOverPort } from './compute-over-port.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

/** 3.5 million weights, about 40 MiB with velocities and gradients. */
const large = smallSession({
  model: { name: 'mlp', width: 1, input: [48, 48, 3], classes: 3 },
  cut: { layer: 0, module: null },
});

/** A folded layer and convolutions, in a few thousand. */
const folded = smallSession({ model: { name: 'vgg11', width: 0.0625, input: [32, 32, 3], classes: 3 } });

it('a large half has the weights it would have drawn itself, and gives its memory back', async () => {
  const drawnElsewhere: string[][] = [];
  const compute = computeOverPort((halves) => ({
    ...halves,
    build(id, request, weights) {
      drawnElsewhere.push(Object.keys(weights));
      return halves.build(id, request, weights);
    },
  }));
  const memory = memoryBudget(2 ** 30);
  const half = await openHalf(large, memory, compute);
  expect(Buffer.compare(await half.read(), encodeHalfState(await localHalf(large).read()))).toBe(0);
  expect(drawnElsewhere[0].length).toBeGreaterThan(7);
  expect(memory.hasRoom('train', 2 ** 30)).toBe(false);
  await half.close();
  expect(memory.hasRoom('train', 2 ** 30)).toBe(true);
  await (await openHalf(smallSession(), memory, compute)).close();
  expect(drawnElsewhere[1]).toEqual([]);
});

it('weights are drawn by the same names that they are taken by, folded ones too', () => {
  const build = ({ model, cut, seed }: typeof folded) => buildServer(networkSpec(model.name, model), cut, { seed });
  const { layers, module } = build(folded);
  const drawn = drawWeights(() => build(folded));
  const parameters = [...layers.parameters, ...(module?.parameters ?? [])].filter(({ name }) => name in drawn);
  expect(parameters.map(({ name }) => name).sort()).toEqual(Object.keys(drawn).sort());
  for (const { name, value } of parameters) expect(value.dataSync(), name).toEqual(drawn[name]);
});

it('one that is larger than a session may have is refused before anything is drawn', async () => {
  const refused = openHalf(large, memoryBudget(2 ** 30, 2 ** 25), computeOverPort());
  await expect(refused).rejects.toMatchObject({
    code: 'limit-session-memory',
    message: expect.stringContaining('--session-memory') as string,
  });
});
