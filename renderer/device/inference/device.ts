import { normalisationTable, untouched, writeNormalised } from '../../../main/data/augment.ts';
import { SluiceError } from '../../../main/errors.ts';
import { candidateWords, type Candidate, type Target } from '../../../main/inference/candidate.ts';
import { inferenceController, type InferenceController } from '../../../main/inference/controller.ts';
import type { Budget } from '../../../main/records/column.ts';
import type { ModelSet, SetPair } from '../../../main/sets/manifest.ts';
import { dialFromBrowser } from '../dial.ts';
import type { ServerPlace } from '../rpc.ts';
import { candidatesOf } from './candidates.ts';
import { openPair, type Answer, type PairSession } from './pair-session.ts';
import type { Shape } from './images.ts';
import { fetchSet, type ServedSet, type SetImage } from './served-set.ts';
import { topOf, type Ranked } from './top.ts';

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
export interface Classified {
  readonly top: readonly Ranked[];
  readonly budget: Budget;
  readonly codec: string;
  readonly words: string;
  /** Whether the target is expected to be kept; null where the choice was fixed. */
  readonly meets: boolean | null;
  readonly accuracy: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly clientSeconds: number;
  readonly wireSeconds: number;
  readonly serverSeconds: number;
  readonly waitSeconds: number;
  /** What crossed the network: values [h, w, maps], and how many maps there are at the cut. */
  readonly sent: {
    readonly values: Float32Array;
    readonly height: number;
    readonly width: number;
    readonly maps: number;
  };
}

/** The client of a model set in this browser. */
export interface Device {
  readonly opened: OpenedSet;
  choose(how: Choosing): void;
  classify(image: Uint8Array): Promise<Classified>;
  images(): Promise<SetImage[]>;
  close(): Promise<void>;
}

/** Opens the first set of the server, all its pairs, so that switching between them costs nothing. The engine is open. */
export async function openDevice(server: ServerPlace, onProgress: (text: string) => void): Promise<Device> {
  const set = await firstSet(server);
  const { manifest } = set;
  const sessions = new Map<Budget, PairSession>();
  try {
    for (const [i, pair] of manifest.pairs.entries()) {
      onProgress(`Loading pair ${i + 1} of ${manifest.pairs.length}`);
      sessions.set(pair.budget, await openPair(server, set, pair, await set.client(pair)));
    }
    return deviceOf(set, sessions);
  } catch (error) {
    await closeAll(sessions);
    throw error;
  }
}

/** Asks the server what it serves. Throws `set-other` where that is no model set. */
async function firstSet({ base, token }: ServerPlace): Promise<ServedSet> {
  const url = base.replace(/^http/, 'ws');
  const { connection, welcome } = await dialFromBrowser({ url, token }, 'sluice page');
  connection.close(1000);
  const served = welcome.sets?.[0];
  if (served) return fetchSet(base, token, served.sha256);
  throw new SluiceError('set-other', 'The server serves no model set. Start it with "sluice serve <set> --page".');
}

function deviceOf(set: ServedSet, sessions: ReadonlyMap<Budget, PairSession>): Device {
  const { images, pairs } = set.manifest;
  const candidates = candidatesOf(set.manifest);
  const table = normalisationTable(images);
  let choosing: Choosing = { kind: 'auto' };
  let controller = controllerFor(choosing, candidates);

  function choose(how: Choosing): void {
    choosing = how;
    controller = controllerFor(how, candidates);
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

  async function ask(image: Float32Array, candidate: Candidate): Promise<Answer> {
    const session = sessions.get(candidate.budget)!;
    const underway = controller.begin(candidate);
    try {
      const answer = await session.infer(image, candidate.codec!, underway.sent);
      underway.answered(answer.serverSeconds + answer.waitSeconds);
      return answer;
    } catch (error) {
      underway.lost();
      throw error;
    }
  }

  return {
    opened: { ...openedSet(set.manifest, candidates) },
    choose,
    async classify(image) {
      const values = normalised(image);
      const fixed = choosing.kind === 'fixed' ? fixedAmong(candidates, choosing) : null;
      const choice = fixed ? { candidate: fixed, meets: null } : controller.decide();
      const answer = await ask(values, choice.candidate);
      const pair = pairs.find(({ budget }) => budget === choice.candidate.budget)!;
      return classified(answer, choice, images.classes, pair);
    },
    images: set.images,
    close: () => closeAll(sessions),
  };
}

function controllerFor(how: Choosing, candidates: readonly Candidate[]): InferenceController {
  const target: Target = how.kind === 'auto' ? how : {};
  return inferenceController({ candidates, target, clock: () => performance.now() / 1000 });
}

function fixedAmong(candidates: readonly Candidate[], { budget, codec }: { budget: Budget; codec: string }): Candidate {
  const found = candidates.find((candidate) => candidate.budget === budget && candidate.codec?.name === codec);
  if (found) return found;
  throw new SluiceError('budget-missing', `The set has no pair of ${budget ?? 'full'} maps in ${codec}.`);
}

function classified(
  answer: Answer,
  { candidate, meets }: { readonly candidate: Candidate; readonly meets: boolean | null },
  classes: readonly string[],
  { testAccuracy }: SetPair,
): Classified {
  const { logits, features, ...cost } = answer;
  const [, height, width] = features.shape;
  return {
    ...cost,
    top: topOf(logits, classes, 5),
    budget: candidate.budget,
    codec: candidate.codec!.name,
    words: candidateWords(candidate),
    meets,
    accuracy: testAccuracy,
    sent: { values: features.maps, height, width, maps: features.maps.length / (height * width) },
  };
}

function openedSet({ name, network, images, pairs }: ModelSet, candidates: readonly Candidate[]): OpenedSet {
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

async function closeAll(sessions: ReadonlyMap<Budget, PairSession>): Promise<void> {
  await Promise.all([...sessions.values()].map((session) => session.close()));
}
