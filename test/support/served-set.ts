import { inputFacts } from '../../main/data/input.ts';
import { openEngine } from '../../main/engine/engine.ts';
import { startOffloadServer } from '../../main/offload/server/server.ts';
import type { PairHalf } from '../../main/offload/server/pair-session.ts';
import { newToken } from '../../main/offload/transport/token.ts';
import { devicePage } from '../../main/processes/page/device-page.ts';
import { setContent } from '../../main/processes/page/set-content.ts';
import { openSet, serverOf, type OpenedSet } from '../../main/sets/open.ts';
import { makeTestSet } from './model-set.ts';

export interface PageServer {
  /** Of the page, with its token. */
  readonly link: string;
  readonly token: string;
  readonly set: OpenedSet;
  close(): Promise<void>;
}

/** Serves a set of untrained pairs for the synthetic images, and the page of a device, in this process. */
export async function servePage(home: string): Promise<PageServer> {
  await openEngine('cpu', { threads: 1 });
  const made = await makeTestSet({ images: inputFacts('synthetic') });
  const set = await openSet(made.name);
  const token = newToken();
  const pairs = set.manifest.pairs;
  const halves = new Map(
    await Promise.all(pairs.map(async ({ budget }) => [budget, await serverOf(set, budget)] as const)),
  );
  const page = devicePage({ token, content: setContent([set]) });
  const server = await startOffloadServer({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    token,
    software: 'test',
    engine: 'cpu',
    models: [set.manifest.network.name],
    checkpoints: home,
    open: () => Promise.reject(new Error('no training here')),
    sets: {
      list: [{ sha256: set.digest, name: set.name, budgets: pairs.map(({ budget }) => budget) }],
      open: ({ pair }): PairHalf => ({
        check: () => undefined,
        async infer(_client, request) {
          const logits = await halves.get(pair!.budget)!.infer(request);
          return { logits, batch: request.shape[0], serverSeconds: 0.002, waitSeconds: 0.001 };
        },
      }),
    },
    http: {
      requestSeconds: 10,
      answer: (request, response) => {
        const { pathname } = new URL(`http://page${request.url}`);
        if (!page(pathname, request, response)) response.writeHead(404).end();
      },
    },
  } as Parameters<typeof startOffloadServer>[0]);
  return {
    link: `${server.url.replace(/^ws/, 'http')}/#token=${token}`,
    token,
    set,
    async close() {
      await server.close();
      for (const half of halves.values()) half.dispose();
    },
  };
}
