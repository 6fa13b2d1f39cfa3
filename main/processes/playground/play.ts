import { normalisationTable, untouched, writeNormalised } from '../../data/augment.ts';
import { inputFacts } from '../../data/input.ts';
import { testImages } from '../../data/test-images.ts';
import type { PlaygroundAnswer, PlaygroundOptions, PlaygroundSettings } from '../../api.ts';
import { candidateWords } from '../../inference/candidate.ts';
import { candidatesOf, usualCodecs } from '../../inference/candidates.ts';
import { connectRemote } from '../../inference/connect.ts';
import { inferenceController, type InferenceController } from '../../inference/controller.ts';
import { openHalves, type OpenHalves } from '../../inference/halves.ts';
import { remoteLink, type RemoteLink } from '../../inference/remote.ts';
import { inferenceRunner, type Answer, type Runner } from '../../inference/runner.ts';
import { warmUp } from '../../inference/warm-up.ts';
import { codecChoice } from '../../offload/codecs/table.ts';
import { sleep } from '../../pause.ts';
import { random } from '../../random.ts';
import type { ModelSet } from '../../sets/manifest.ts';
import { openSet, type OpenedSet } from '../../sets/open.ts';
import { pairOf } from '../../sets/pair.ts';
import { startLinks, type Links } from '../link/start.ts';
import { pageLinkOf } from '../page/link.ts';
import { serveSet, type ServedModelSet } from '../serve/serve.ts';
import type { PlaygroundFacts } from './messages.ts';

export interface Playground {
  readonly facts: PlaygroundFacts;
  change(settings: PlaygroundSettings): void;
  /** Answers one image after the other, until it is stopped. Throws what keeps it from that. */
  play(tell: (answer: PlaygroundAnswer) => void): Promise<never>;
}

/** An image to answer, and its class where that is known. */
interface Asked {
  readonly values: Float32Array;
  readonly label: number | null;
}

const imagesPlayed = 100;
/** Between two images at least, as of a slow video. */
const paceMs = 120;
const giveUpSeconds = 20;
const connectSeconds = 10;
const clock = (): number => performance.now() / 1000;

/**
 * A server of a model set, an emulated link before it, and a client that has only client halves: all it takes to see the
 * choice follow the link. Throws what serveSet and startLinks throw.
 */
export async function openPlayground(home: string, options: PlaygroundOptions): Promise<Playground> {
  const { set: name, phone } = options;
  const set = await openSet(name);
  const beyond = phone ? ({ host: '0.0.0.0', tls: 'own', page: true } as const) : {};
  const server = await serveSet({ home, set: name, engine: 'cpu', ...beyond });
  const port = Number(new URL(server.url).port);
  const target = { host: '127.0.0.1', port };
  const links = await startLinks({ target, link: options.link, shared: false, count: 1, seed: 0 });
  const asked = await imagesOf(set.manifest);
  const client = await openClient(set, server, links);
  let target95 = options.latencyMs;
  let runner = client.runnerFor(target95);
  return {
    facts: {
      dataset: set.manifest.images.dataset,
      labelled: asked.some(({ label }) => label !== null),
      page: phone
        ? { link: pageLinkOf(server.url, 'token', server.token), fingerprint: server.fingerprint ?? null }
        : null,
    },
    change({ link, latencyMs }) {
      links.change(link);
      // What was learned of the link stays, as that is what is to be seen; another target is another controller.
      if (latencyMs !== target95) runner = client.runnerFor(latencyMs);
      target95 = latencyMs;
    },
    async play(tell) {
      for (let turn = 0; ; turn++) {
        const { values, label } = asked[turn % asked.length];
        const started = performance.now();
        const answer = await runner.infer(values);
        if (answer.logits) tell(answerOf(answer, answer.logits, label, set.manifest));
        await sleep(Math.max(0, paceMs - (performance.now() - started)));
      }
    },
  };
}

interface Client {
  runnerFor(latencyMs: number): Runner;
}

async function openClient(set: OpenedSet, server: ServedModelSet, { addresses: [at] }: Links): Promise<Client> {
  const { pairs, images } = set.manifest;
  const candidates = candidatesOf(set.manifest, { budget: 'auto', codecs: usualCodecs, places: ['server'] });
  const budgets = pairs.map(({ budget }) => budget);
  // The rest is the server's: what is seen is its way there.
  const { client }: OpenHalves = await openHalves(set, budgets);
  const measured: Parameters<InferenceController['measured']>[] = [];
  await warmUp({ client }, candidates, images.shape, (...each) => measured.push(each));
  const { protocol } = new URL(server.url);
  const { token, fingerprint, url: name } = server;
  const address = { url: `${protocol}//${at.host}:${at.port}`, name, token, ...(fingerprint ? { fingerprint } : {}) };
  const codecs = usualCodecs.map((codec) => codecChoice(codec));
  const software = 'sluice playground';
  const link: RemoteLink = remoteLink(() =>
    connectRemote({ server: address, set, budgets, codecs, software, connectSeconds }),
  );
  return {
    runnerFor(latencyMs) {
      const controller = inferenceController({ candidates, target: { latencyP95: latencyMs / 1000 }, clock });
      for (const each of measured) controller.measured(...each);
      const after = (seconds: number, signal: AbortSignal): Promise<void> => sleep(1000 * seconds, signal);
      return inferenceRunner({ controller, halves: { client }, link, giveUpSeconds, clock, after });
    },
  };
}

/** Test images of the set's data set; noise where that is not here. */
async function imagesOf({ images }: ModelSet): Promise<Asked[]> {
  const { dataset, classes, shape } = images;
  const here = inputFacts(dataset);
  const table = normalisationTable(images);
  const read = (pixels: Uint8Array, label: number | null): Asked => {
    const values = new Float32Array(pixels.length);
    writeNormalised(pixels, shape, table, untouched, values);
    return { values, label };
  };
  if (here && here.classes.join('\n') === classes.join('\n') && here.shape.join() === shape.join()) {
    return (await testImages(dataset, imagesPlayed)).map(({ pixels, label }) => read(pixels, label));
  }
  const noise = random(0, 'playground');
  const bytes = shape[0] * shape[1] * shape[2];
  return Array.from({ length: 10 }, () =>
    read(
      Uint8Array.from({ length: bytes }, () => noise.integer(256)),
      null,
    ),
  );
}

function answerOf(
  { budget, codec, place, meets, bytesUp, bytesDown, seconds }: Answer,
  logits: Float32Array,
  label: number | null,
  set: ModelSet,
): PlaygroundAnswer {
  const best = logits.indexOf(Math.max(...logits));
  return {
    at: Date.now(),
    budget,
    codec: codec?.name ?? 'float32',
    words: candidateWords({ budget, codec, place }),
    accuracy: pairOf(set, budget).testAccuracy,
    latencyMs: 1000 * seconds.total,
    clientMs: 1000 * seconds.client,
    wireMs: 1000 * seconds.wire,
    serverMs: 1000 * seconds.server,
    bytes: bytesUp + bytesDown,
    meets,
    correct: label === null ? null : best === label,
  };
}
