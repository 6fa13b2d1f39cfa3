import type { HalvesHere } from '../../../main/inference/runner.ts';
import type { Features } from '../../../main/offload/protocol/messages.ts';
import { clientWith } from '../../../main/sets/halves.ts';
import { budgetName, pairOf, requestBudget } from '../../../main/sets/pair.ts';
import type { ClientHalf } from '../../../main/training/client.ts';
import type { ServedSet } from './served-set.ts';

/** The client halves of a set in this browser, all of them, so that switching between pairs costs nothing. */
export interface ClientHalves extends HalvesHere {
  /** What the client half made of an image the first time it was asked. */
  featuresOf(image: Float32Array): Features | undefined;
  dispose(): void;
}

export async function openClients(set: ServedSet, onProgress: (text: string) => void): Promise<ClientHalves> {
  const { manifest } = set;
  const clients = new Map<string, ClientHalf>();
  const sent = new WeakMap<Float32Array, Features>();
  const dispose = (): void => clients.forEach((half) => half.dispose());
  try {
    for (const [i, pair] of manifest.pairs.entries()) {
      onProgress(`Loading pair ${i + 1} of ${manifest.pairs.length}`);
      clients.set(budgetName(pair.budget), clientWith(manifest, pair, await set.client(pair)));
    }
  } catch (error) {
    dispose();
    throw error;
  }
  return {
    async client(image, budget) {
      const batch = { samples: 1, images: image, labels: new Uint16Array(1) };
      const asked = requestBudget(pairOf(manifest, budget));
      const features = await clients.get(budgetName(budget))!.infer(batch, asked);
      if (!sent.has(image)) sent.set(image, features);
      return features;
    },
    featuresOf: (image) => sent.get(image),
    dispose,
  };
}
