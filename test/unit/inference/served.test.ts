import { beforeAll, expect, it } from 'vitest';
import { openEngine } from '../../../main/engine/engine.ts';
import type { ImageToAnswer } from '../../../main/inference/images.ts';
import { openInference, type InferOptions } from '../../../main/inference/infer-images.ts';
import type { Answered } from '../../../main/inference/summary.ts';
import type { ServedSets } from '../../../main/offload/server/pair-session.ts';
import { newToken } from '../../../main/offload/transport/new-token.ts';
import { openSet, serverOf, type OpenedSet } from '../../../main/sets/open.ts';
import { closing } from '../../support/closing.ts';
import { useHome } from '../../support/datasets.ts';
import { makeTestSet } from '../../support/model-set.ts';
import { serve } from '../offload/fake-half.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

const token = newToken();

/** A server in this process with the server halves of a set. */
async function serveSet(set: OpenedSet, port = 0) {
  const budgets = set.manifest.pairs.map(({ budget }) => budget);
  const halves = new Map(
    await Promise.all(budgets.map(async (budget) => [budget, await serverOf(set, budget)] as const)),
  );
  const sets: ServedSets = {
    list: [{ sha256: set.digest, name: set.name, budgets }],
    open: ({ pair }) => ({
      check: () => undefined,
      infer: async (_, request) => ({
        logits: await halves.get(pair!.budget)!.infer(request),
        batch: 1,
        waitSeconds: 0,
        serverSeconds: 0.001,
      }),
    }),
  };
  return serve({ sets, token, port });
}

function optionsFor(set: OpenedSet, url: string, change: Partial<InferOptions> = {}): InferOptions {
  return {
    set,
    server: { url, token },
    budget: 'auto',
    codecs: ['float32'],
    target: {},
    inFlight: 3,
    deadlineMs: 0,
    connectSeconds: 0,
    ...change,
  };
}

function pictures(count: number): ImageToAnswer[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `image ${i}`,
    label: null,
    read: () => Promise.resolve(Float32Array.from({ length: 16 * 16 * 3 }, (_, at) => Math.sin(at * (i + 1)))),
  }));
}

async function all(answers: AsyncIterable<Answered>): Promise<Answered[]> {
  const list: Answered[] = [];
  for await (const each of answers) list.push(each);
  return list;
}

async function open(options: InferOptions) {
  return closing(await openInference(options));
}

it('images are answered by the server as they are here, in their order, by any pair', async () => {
  useHome();
  const set = await openSet((await makeTestSet()).folder);
  const { url } = await serveSet(set);
  for (const budget of [null, 4] as const) {
    const remote = await all((await open(optionsFor(set, url, { budget }))).answers(pictures(5)));
    const local = await all((await open(optionsFor(set, url, { budget, server: null }))).answers(pictures(5)));
    expect(remote.map(({ image }) => image)).toEqual(local.map(({ image }) => image));
    for (const [i, { answer }] of remote.entries()) {
      expect(answer).toMatchObject({ place: 'server', budget, fallback: false });
      expect(answer.logits!.every((value, at) => Math.abs(value - local[i].answer.logits![at]) < 1e-5)).toBe(true);
    }
    const pair = set.manifest.pairs.find((each) => each.budget === budget)!;
    const { up, down } = pair.traffic.find(({ codec }) => codec === 'float32')!;
    expect(remote[0].answer).toMatchObject({ bytesUp: 44 + up, bytesDown: 28 + down });
  }
});

it('images are answered here when the server goes, and there when it is back', async () => {
  useHome();
  const set = await openSet((await makeTestSet()).folder);
  const server = await serveSet(set);
  const events: string[] = [];
  const options = optionsFor(set, server.url, { inFlight: 1, onEvent: (message) => events.push(message) });
  const inference = await open(options);
  const [image] = pictures(1);
  const places: string[] = [];
  const untilAt = async (place: string): Promise<Answered> => {
    for (;;) {
      const [{ answer, ...rest }] = await all(inference.answers([image]));
      places.push(answer.place);
      if (answer.place === place) return { answer, ...rest };
    }
  };
  const first = await untilAt('server');
  await server.close();
  const here = await untilAt('client');
  expect(here.answer).toMatchObject({ fallback: true, bytesUp: 0 });
  expect(here.answer.logits!.every((value, at) => Math.abs(value - first.answer.logits![at]) < 1e-5)).toBe(true);
  await serveSet(set, Number(new URL(server.url).port));
  await untilAt('server');
  expect(events).toEqual([expect.stringContaining('The server is lost'), 'The server is back.']);
});

it('a server with another set is refused, and both are named', async () => {
  useHome();
  const set = await openSet((await makeTestSet({ name: 'mine' })).folder);
  const other = await openSet((await makeTestSet({ name: 'theirs', budgets: [null, 2] })).folder);
  const { url } = await serveSet(other);
  await expect(openInference(optionsFor(set, url))).rejects.toMatchObject({ code: 'set-other' });
  await expect(openInference(optionsFor(set, url))).rejects.toThrow(/"theirs".*"mine"/);
  const trains = await serve({ token });
  await expect(openInference(optionsFor(set, trains.url))).rejects.toThrow(/for training.*sluice serve mine/);
  await expect(openInference(optionsFor(set, url, { budget: 3 }))).rejects.toMatchObject({ code: 'budget-missing' });
});
