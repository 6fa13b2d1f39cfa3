import { normalisationTable, untouched, writeNormalised } from '../../../main/data/augment.ts';
import { SluiceError } from '../../../main/errors.ts';
import { candidateWords, type Candidate, type Target } from '../../../main/inference/candidate.ts';
import { candidatesOf, usualCodecs } from '../../../main/inference/candidates.ts';
import { connectVia } from '../../../main/inference/connect-via.ts';
import { inferenceController } from '../../../main/inference/controller.ts';
import { topClasses } from '../../../main/inference/probabilities.ts';
import { remoteLink, type RemoteLink } from '../../../main/inference/remote.ts';
import { inferenceRunner, type Answer, type Runner } from '../../../main/inference/runner.ts';
import { warmUp } from '../../../main/inference/warm-up.ts';
import { availableCodecs, codecChoice, type CodecName } from '../../../main/offload/codecs/table.ts';
import { sleep } from '../../../main/pause.ts';
import type { Budget } from '../../../main/records/column.ts';
import { pairOf } from '../../../main/sets/pair.ts';
import { dialFromBrowser } from '../dial.ts';
import type { ServerPlace } from '../rpc.ts';
import { openClients, type ClientHalves } from './halves.ts';
import type { Shape } from './images.ts';
import { fetchSet, type ServedSet, type SetImage } from './served-set.ts';

/** How the pair and codec of a request are chosen: by the controller under a target, or always the same. */
export type Choosing =
  ({ readonly kind: 'auto' } & Target) | { readonly kind: 'fixed'; readonly budget: Budget; readonly codec: string };

/** A pair as the page offers it. */
export interface OfferedPair {
  readonly budget: Budget;
  readonly accuracy: number;
  readonly codecs: readonly { readonly name: string; readonly bytesUp: number }[];
}

export interface OpenedSet {
  readonly name: string;
  readonly network: string;
  readonly dataset: string;
  readonly classes: readonly string[];
  readonly shape: Shape;
  readonly pairs: readonly OfferedPair[];
}

/** What came of one image. */
export interface Classified extends Pick<Answer, 'budget' | 'bytesUp' | 'bytesDown' | 'seconds'> {
  readonly top: readonly { readonly name: string; readonly probability: number }[];
  readonly codec: string;
  readonly words: string;
  /** Whether the target is expected to be kept; null where the choice was fixed. */
  readonly meets: boolean | null;
  readonly accuracy: number;
  /** What crossed the network: values [h, w, maps]. */
  readonly sent: SentMaps;
}

export interface SentMaps {
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly maps: number;
}

/** The client of a model set in this browser. */
export interface Device {
  readonly opened: OpenedSet;
  choose(how: Choosing): Promise<void>;
  classify(image: Uint8Array): Promise<Classified>;
  images(): Promise<SetImage[]>;
  close(): Promise<void>;
}

const software = 'sluice page';
const connectSeconds = 10;
/** Without an answer for so long the server is taken to be gone. */
const giveUpSeconds = 10;
const classesShown = 5;
const clock = (): number => performance.now() / 1000;

/** Opens the first set of the server, all its pairs. The engine is open. Throws `set-other` where there is none. */
export async function openDevice(server: ServerPlace, onProgress: (text: string) => void): Promise<Device> {
  const address = { url: server.base.replace(/^http/, 'ws'), token: server.token };
  const { connection, welcome } = await dialFromBrowser(address, software);
  connection.close(1000);
  const [served] = welcome.sets ?? [];
  if (!served) {
    throw new SluiceError('set-other', 'The server serves no model set. Start it with "sluice serve <set> --page".');
  }
  const set = await fetchSet(server.base, server.token, served.sha256);
  const codecs = codecsOf(set);
  const halves = await openClients(set, onProgress);
  const budgets = set.manifest.pairs.map(({ budget }) => budget);
  const asked = { server: address, set: { ...set, name: served.name }, budgets, software, connectSeconds };
  const link = remoteLink(() =>
    connectVia(dialFromBrowser, { ...asked, codecs: codecs.map((name) => codecChoice(name)) }),
  );
  const device = await deviceOf(set, codecs, halves, link).catch(async (error: unknown) => {
    halves.dispose();
    await link.close();
    throw error;
  });
  await link.open();
  return device;
}

/** Those that the set has figures of, and this page can do. */
function codecsOf({ manifest: { pairs } }: ServedSet): CodecName[] {
  const known = pairs[0].traffic.map(({ codec }) => codec);
  return availableCodecs().filter((name) => known.includes(name));
}

async function deviceOf(
  set: ServedSet,
  codecs: readonly CodecName[],
  halves: ClientHalves,
  link: RemoteLink,
): Promise<Device> {
  const { manifest } = set;
  const { images } = manifest;
  const all = candidatesOf(manifest, { budget: 'auto', codecs, places: ['server'] });
  const usual = all.filter(({ codec }) => usualCodecs.some((name) => name === codec?.name));
  const table = normalisationTable(images);
  // A link of its own would go with the runner, and this one outlives it.
  const lasting: RemoteLink = { ...link, close: () => Promise.resolve() };
  const measured: [Candidate, number][] = [];
  await warmUp(halves, all, images.shape, (candidate, seconds) => measured.push([candidate, seconds]));
  let fixed = false;
  let runner = runnerFor({ kind: 'auto' });

  function runnerFor(how: Choosing): Runner {
    const candidates = how.kind === 'auto' ? usual : all.filter((candidate) => isChosen(candidate, how));
    const controller = inferenceController({ candidates, target: how.kind === 'auto' ? how : {}, clock });
    for (const [candidate, seconds] of measured)
      if (candidates.includes(candidate)) controller.measured(candidate, seconds);
    const after = (seconds: number, signal: AbortSignal): Promise<void> => sleep(1000 * seconds, signal);
    return inferenceRunner({ controller, halves, link: lasting, giveUpSeconds, clock, after });
  }

  function normalised(image: Uint8Array): Float32Array {
    const [height, width, channels] = images.shape;
    if (image.length !== height * width * channels) {
      const message = `An image has ${image.length} bytes, the set takes ${height}×${width} with ${channels} channels.`;
      throw new SluiceError('image-shape', message, { path: 'image' });
    }
    const values = new Float32Array(image.length);
    writeNormalised(image, images.shape, table, untouched, values);
    return values;
  }

  return {
    opened: openedSet(set, all),
    async choose(how) {
      const before = runner;
      runner = runnerFor(how);
      fixed = how.kind === 'fixed';
      await before.close();
    },
    async classify(image) {
      const values = normalised(image);
      const answer = await runner.infer(values);
      const { logits, budget, codec, place, note, meets } = answer;
      const features = halves.featuresOf(values);
      if (!logits || !codec || !features) throw new SluiceError('not-answered', note);
      const [, height, width] = features.shape;
      const { bytesUp, bytesDown, seconds } = answer;
      return {
        budget,
        bytesUp,
        bytesDown,
        seconds,
        top: topClasses(logits, classesShown).map(({ index, probability }) => ({
          name: images.classes[index],
          probability,
        })),
        codec: codec.name,
        words: candidateWords({ budget, codec, place }),
        meets: fixed ? null : meets,
        accuracy: pairOf(manifest, budget).testAccuracy,
        sent: { values: features.maps, height, width, maps: features.maps.length / (height * width) },
      };
    },
    images: set.images,
    async close() {
      await runner.close();
      await link.close();
      halves.dispose();
    },
  };
}

function isChosen({ budget, codec }: Candidate, how: { readonly budget: Budget; readonly codec: string }): boolean {
  return budget === how.budget && codec?.name === how.codec;
}

function openedSet({ manifest }: ServedSet, candidates: readonly Candidate[]): OpenedSet {
  const { name, network, images, pairs } = manifest;
  return {
    name,
    network: network.name,
    dataset: images.dataset,
    classes: images.classes,
    shape: images.shape,
    pairs: pairs.map(({ budget, testAccuracy }) => ({
      budget,
      accuracy: testAccuracy,
      codecs: candidates
        .filter((candidate) => candidate.budget === budget)
        .map(({ codec, bytesUp }) => ({ name: codec!.name, bytesUp })),
    })),
  };
}
