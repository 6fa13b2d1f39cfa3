import { SluiceError } from '../errors.ts';
import type { Chains, EntryType, Link, NamedPlace, Pooling, Start } from './entries/entry.ts';
import { entryTypes } from './entries/index.ts';
import type { Layer } from './layers/layer.ts';
import type { OperatorGraph } from './operators.ts';
import type { Entry } from './spec.ts';

/**
 * Entries one after the other, each with where it stands and what it gives; sizes below 1 where the maps become too
 * small. Throws `bad-network` for a block whose branches do not meet.
 */
export function follow(entries: readonly Entry[], start: Start): Link[] {
  let { input, nodes } = start;
  let pooling: Pooling | null = null;
  return entries.map((entry, i) => {
    const type = typeOf(entry);
    const taken = start.fold && entries.slice(i + 1, i + 2).some((next) => typeOf(next).takesPooling);
    const handed = taken ? (type.pooling?.(entry, input) ?? null) : null;
    const place = { input, nodes, fold: start.fold, pooling, handsOn: handed !== null, chains };
    type.check?.(entry, place);
    const link = { entry, type, place, output: type.shape(entry, place), nodes: type.nodes(entry, place) };
    [input, nodes, pooling] = [link.output, link.nodes, handed];
    return link;
  });
}

/** What comes out at the end of a chain, to go into the next. */
export function endOf(links: readonly Link[], start: Start): Start {
  const last = links.at(-1);
  return last ? { input: last.output, nodes: last.nodes, fold: start.fold } : start;
}

/** How many modules of one PyTorch `Sequential` entries take. */
export function torchModules(entries: readonly Entry[]): number {
  return entries.reduce((sum, entry) => sum + typeOf(entry).torchModules(entry), 0);
}

/** The layers of a chain, newly initialised; `name` gives each module of its `Sequential` the name PyTorch has for it. */
export function buildLinks(links: readonly Link[], name: (module: number) => string, seed: number): Layer[] {
  return named(links, name).map(({ entry, type, place }) => type.build(entry, { ...place, seed }));
}

/** The operators of a chain on the value `x`, under the names of `buildLinks`. Gives what comes out at its end. */
export function writeLinks(
  links: readonly Link[],
  name: (module: number) => string,
  x: string,
  graph: OperatorGraph,
): string {
  return named(links, name).reduce((value, { entry, type, place }) => type.write(entry, place, value, graph), x);
}

function named(
  links: readonly Link[],
  name: (module: number) => string,
): (Omit<Link, 'place'> & { readonly place: NamedPlace })[] {
  let modules = 0;
  return links.map((link) => {
    const first = modules;
    modules += link.type.torchModules(link.entry);
    return { ...link, place: { ...link.place, name: (module: number) => name(first + module) } };
  });
}

const chains: Chains = { follow, torchModules, build: buildLinks, write: writeLinks };

function typeOf(entry: Entry): EntryType<Entry> {
  const types: readonly EntryType<Entry>[] = entryTypes;
  const found = types.find(({ type }) => type === entry.type);
  if (found) return found;
  const known = types.map(({ type }) => type).join(', ');
  throw new SluiceError('bad-network', `The network has an entry of type "${entry.type}": expected one of ${known}.`);
}
