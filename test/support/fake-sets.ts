import type { ModelSet, SetEntry, SetPair } from '../../main/api.ts';
import { describeCut } from '../../main/model/describe.ts';
import type { Cut, NetworkSpec } from '../../main/model/spec.ts';
import { pairTraffic } from '../../main/sets/costs.ts';
import type { HalfCosts } from '../../main/sets/manifest.ts';
import { budgetName, cutOf, networkOf, requestBudget } from '../../main/sets/pair.ts';
import { fakeExperiment } from './fake-series.ts';

const classes = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
const folder = '/home/ada/.local/share/sluice/models';

type Trained = readonly [budget: number | null, testAccuracy: number];

/** A manifest with the costs of its network, and pairs of these budgets. */
function fakeSet(
  name: string,
  { layer = 5, pairs = vggPairs }: { layer?: number; pairs?: readonly Trained[] } = {},
): ModelSet {
  const about: ModelSet = {
    format: 'sluice-model-set',
    version: 1,
    name,
    createdAt: '2026-11-30T09:12:00.000Z',
    software: '0.1.0',
    network: { name: 'vgg11', width: 1 },
    cut: { layer, module: { resolution: 1, features: 1 } },
    gate: { mask: 'squared', ties: 'cut' },
    images: {
      dataset: 'cifar10',
      classes,
      shape: [32, 32, 3],
      mean: [0.4914, 0.4822, 0.4465],
      std: [0.247, 0.2435, 0.2616],
    },
    run: { uid: null, name, seed: 1, experiment: { ...fakeExperiment('prune') } },
    pairs: [],
  };
  return { ...about, pairs: pairs.map((trained) => fakePair(about, trained)) };
}

const vggPairs: readonly Trained[] = [
  [null, 0.8921],
  [32, 0.8873],
  [8, 0.8702],
  [2, 0.8115],
];

/** Of the weights that the network counts: those of its first dense layer are held folded. */
function costsOf(network: NetworkSpec, cut: Cut): { client: HalfCosts; server: HalfCosts } {
  const folded = (25_088 - 512) * 4096;
  const { client, server } = describeCut(network, cut);
  const sum = (layers: typeof client, less: number): HalfCosts => {
    const parameters = layers.reduce((total, layer) => total + layer.parameters, 0) - less;
    const multiplyAdds = layers.reduce((total, layer) => total + layer.multiplyAdds, 0);
    return { multiplyAdds, parameters, memoryBytes: 4 * parameters + 500_000 };
  };
  return { client: sum(client, 0), server: sum(server, folded) };
}

function fakePair(set: ModelSet, [budget, testAccuracy]: Trained): SetPair {
  const network = networkOf(set);
  const cut = cutOf(set, { maps: budget });
  const costs = costsOf(network, cut);
  const half = (side: 'client' | 'server', { parameters }: HalfCosts) => ({
    ...costs[side],
    weights: {
      file: `${budgetName(budget)}/${side}.safetensors`,
      bytes: 4 * parameters + 4096,
      sha256: '0'.repeat(64),
    },
  });
  return {
    budget,
    maps: budget,
    testAccuracy,
    epochs: 40,
    epoch: 'last',
    origin: { training: 0, phase: 0, source: 0 },
    client: half('client', costs.client),
    server: half('server', costs.server),
    unpruned: costsOf(network, set.cut),
    traffic: pairTraffic(network, cut, requestBudget({ budget, maps: budget })),
  };
}

function ready(manifest: ModelSet): SetEntry {
  const { name } = manifest;
  const at = `${folder}/${name}`;
  return { status: 'ready', name, madeAs: name, folder: at, shown: at, digest: 'ab'.repeat(32), manifest };
}

let made: SetEntry[] | null = null;

/** Two of one network, cut at different layers, and one whose file was changed. */
export function fakeSets(): SetEntry[] {
  return (made ??= all());
}

function all(): SetEntry[] {
  const deep: readonly Trained[] = [
    [null, 0.8934],
    [64, 0.8911],
    [16, 0.8795],
    [4, 0.8402],
  ];
  return [
    ready(fakeSet('cifar-cut-5')),
    ready(fakeSet('cifar-cut-8', { layer: 8, pairs: deep })),
    {
      status: 'damaged',
      name: 'old-set',
      folder: `${folder}/old-set`,
      problem: `The model set is damaged at ${folder}/old-set/8/server.safetensors: it has 4096 bytes, expected 79213. Remove the set and make it of its run again ("sluice models add"), or import it again.`,
    },
  ];
}
