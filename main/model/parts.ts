import { endOf, follow, torchModules } from './chain.ts';
import { clientEntries } from './cut.ts';
import type { Link, Start } from './entries/entry.ts';
import { compressedShape, decompressedShape } from './shapes.ts';
import type { Cut, NetworkSpec, Shape } from './spec.ts';

/** Entries one after the other, and PyTorch's name of each of their modules. */
export interface Chain {
  readonly links: readonly Link[];
  readonly name: (module: number) => string;
}

/** What a half is made of, in the order it is computed: the same for whoever builds, runs or writes it. */
interface Part {
  /** What the module comes after: the maps or nodes before compression. */
  readonly before: Start;
  /** What crosses the network at full budget, [h, w, φ]. */
  readonly cutShape: Shape;
  /** PyTorch's name of the module. */
  readonly moduleName: string;
}

/** The client's half: a chain, then the compression module. */
export interface ClientPart extends Part {
  readonly chain: Chain;
}

/** The server's half: the decompression module, then the body behind the cut and the head. */
export interface ServerPart extends Part {
  readonly chains: readonly Chain[];
}

/** `fold` as BuildOptions has it. */
export function clientPart(network: NetworkSpec, cut: Cut, fold = true): ClientPart {
  const entries = network.body.slice(0, clientEntries(network, cut));
  const start = { input: network.input, nodes: false, fold };
  const links = follow(entries, start);
  const before = endOf(links, start);
  return {
    chain: { links, name: (module) => `features.${module}` },
    before,
    cutShape: cut.module ? compressedShape(cut.module, before.input) : before.input,
    moduleName: `features.${torchModules(entries)}`,
  };
}

/** `fold` as BuildOptions has it. */
export function serverPart(network: NetworkSpec, cut: Cut, fold = true): ServerPart {
  const { before, cutShape } = clientPart(network, cut, fold);
  const from = cut.module ? { ...before, input: decompressedShape(cut.module, before.input) } : before;
  const body = follow(network.body.slice(clientEntries(network, cut)), from);
  const head = follow(network.head, endOf(body, from));
  const first = cut.module ? 1 : 0;
  return {
    chains: [
      { links: body, name: (module) => `features.${first + module}` },
      { links: head, name: (module) => `classifier.${module}` },
    ],
    before,
    cutShape,
    moduleName: 'features.0',
  };
}
