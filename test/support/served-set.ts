import { inputFacts } from '../../main/data/input.ts';
import { serveSet } from '../../main/processes/serve/serve.ts';
import { openSet, type OpenedSet } from '../../main/sets/open.ts';
import { makeTestSet } from './model-set.ts';

export interface PageServer {
  /** Of the page, with its token. */
  readonly link: string;
  readonly set: OpenedSet;
  close(): Promise<void>;
}

/** Serves a set of untrained pairs for the synthetic images, and the page of a device. */
export async function servePage(home: string): Promise<PageServer> {
  const { name } = await makeTestSet({ images: inputFacts('synthetic') });
  const server = await serveSet({ home, set: name, engine: 'cpu', threads: 1, page: true });
  return {
    link: `${server.url.replace(/^ws/, 'http')}/#token=${server.token}`,
    set: await openSet(name),
    close: server.close,
  };
}
