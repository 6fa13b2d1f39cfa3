import { z } from 'zod';
import { SluiceError } from '../../errors.ts';
import { join } from '../layers/join.ts';
import { sequence } from '../layers/sequence.ts';
import { addActivation } from '../operators.ts';
import type { Entry, Shape } from '../spec.ts';
import type { EntryType, Link, Place } from './entry.ts';

/** One way through a block. Without entries it is the block's input itself. */
export interface Branch {
  readonly entries: readonly Entry[];
  /**
   * PyTorch's names inside the block: that of a `Sequential`, whose modules are numbered, or one for every module.
   * `branches.<place of the branch>` unless said otherwise.
   */
  readonly names?: string | readonly string[];
}

/** Branches that all begin with the same input and whose ends are added, or concatenated map after map. */
export interface BlockEntry {
  readonly type: 'block';
  /** What it is called in words. */
  readonly title?: string;
  readonly branches: readonly Branch[];
  readonly join: 'add' | 'concat';
  readonly activation: 'relu' | 'none';
}

/**
 * A part of the network with an inner graph. It has two branches or more, at most one of them empty, so that inside
 * it there is no place where one tensor crosses alone (graph.ts counts them).
 */
export const block: EntryType<BlockEntry> = {
  type: 'block',
  kind: 'block',
  schema(entry) {
    const name = z.string().min(1);
    const branch = z.strictObject({ entries: z.array(entry), names: z.union([name, z.array(name)]).optional() });
    return z.strictObject({
      type: z.literal('block'),
      title: name.optional(),
      branches: z
        .array(branch)
        .min(2)
        .refine((branches) => branches.filter(({ entries }) => entries.length === 0).length <= 1, {
          error: 'expected at most one branch without entries',
        })
        .refine((branches) => distinct(branches.flatMap(({ names }) => names ?? [])), {
          error: 'expected different names',
        }),
      join: z.enum(['add', 'concat']),
      activation: z.enum(['relu', 'none']),
    });
  },
  label,
  check(entry, place) {
    checkNames(entry, place);
    checkEnds(entry, place);
  },
  shape(entry, place) {
    const links = branchLinks(entry, place);
    const [height, width, maps] = endOf(links[0], place).output;
    if (links.some(leaveNothing)) return [0, 0, maps];
    const all = links.reduce((sum, branch) => sum + endOf(branch, place).output[2], 0);
    return [height, width, entry.join === 'add' ? maps : all];
  },
  nodes: (entry, place) => endOf(branchLinks(entry, place)[0], place).nodes,
  cost(entry, place) {
    const costs = branchLinks(entry, place)
      .flat()
      .map((link) => link.type.cost(link.entry, link.place));
    return {
      parameters: costs.reduce((sum, { parameters }) => sum + parameters, 0),
      multiplyAdds: costs.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0),
    };
  },
  torchModules: () => 1,
  build(entry, place) {
    const branches = branchLinks(entry, place).map((links, i) => {
      const name = naming(entry.branches[i], i, place.name(0));
      return sequence(place.chains.build(links, name, place.seed));
    });
    return join(branches, entry.join, entry.activation);
  },
  write(entry, place, x, graph) {
    const ends = branchLinks(entry, place).map((links, i) =>
      place.chains.write(links, naming(entry.branches[i], i, place.name(0)), x, graph),
    );
    const joined =
      entry.join === 'add'
        ? ends.reduce((sum, end) => graph.add('Add', [sum, end]))
        : graph.add('Concat', ends, { axis: 1 });
    return addActivation(graph, joined, entry.activation);
  },
  branches: (entry) => entry.branches.map(({ entries }) => entries),
};

function label({ title, branches, join: joined, activation }: BlockEntry): string {
  if (title !== undefined) return title;
  const how = joined === 'add' ? 'added' : 'concatenated';
  return `block of ${branches.length} branches, ${how}${activation === 'relu' ? ', ReLU' : ''}`;
}

function branchLinks({ branches }: BlockEntry, place: Place): Link[][] {
  return branches.map(({ entries }) => place.chains.follow(entries, place));
}

function endOf(links: readonly Link[], { input, nodes }: Place): Pick<Link, 'output' | 'nodes'> {
  return links.at(-1) ?? { output: input, nodes };
}

function leaveNothing(links: readonly Link[]): boolean {
  return links.some(({ output: [height, width] }) => height < 1 || width < 1);
}

function naming({ names }: Branch, place: number, name: string): (module: number) => string {
  if (typeof names === 'object') return (module) => `${name}.${names[module]}`;
  return (module) => `${name}.${names ?? `branches.${place}`}.${module}`;
}

function checkNames(entry: BlockEntry, { chains }: Place): void {
  for (const { entries, names } of entry.branches) {
    const needed = chains.torchModules(entries);
    if (typeof names !== 'object' || names.length === needed) continue;
    throw wrong(entry, `a branch names ${names.length} modules (${names.join(', ')}): name all ${needed} that it has`);
  }
}

function checkEnds(entry: BlockEntry, place: Place): void {
  const links = branchLinks(entry, place);
  if (links.some(leaveNothing)) return;
  const ends = links.map((branch) => endOf(branch, place));
  const alike = (shape: Shape): string => (entry.join === 'add' ? shape : shape.slice(0, 2)).join('×');
  if (
    distinct(
      ends.map(({ output, nodes }) => `${alike(output)} ${nodes}`),
      1,
    )
  )
    return;
  const shapes = ends.map(({ output, nodes }) => (nodes ? `${output[2]} nodes` : output.join('×'))).join(' and ');
  const needed = entry.join === 'add' ? 'what is added must have one shape' : 'what is concatenated must have one size';
  throw wrong(entry, `its branches give ${shapes}: ${needed}, so change their strides, paddings or filters`);
}

/** Whether values are as many different ones as there are, or as said. */
function distinct(values: readonly string[], expected = values.length): boolean {
  return new Set(values).size === expected;
}

function wrong(entry: BlockEntry, what: string): SluiceError {
  return new SluiceError('bad-network', `The network's "${label(entry)}" cannot be built: ${what}.`);
}
