import { SluiceError } from '../../errors.ts';
import type { SourceFile } from './format.ts';
import { named } from './named.ts';

/**
 * Reads part and class of images off the folders they lie in: `<part>/<class>/<image>`. The part is the outermost folder
 * (or archive, or given path) called train, test or val, `X1` and the like behind it allowed. Folders that hold all
 * there is, such as an archive's only one, are passed over.
 */

const partName = /^(?:.*[-_. ])?(?:(train(?:ing)?)|(test)|val(?:id(?:ation)?)?)(?:\.X\d*)?$/i;

export interface PlacedImage {
  readonly file: SourceFile;
  /** In Unicode's composed form, in which names from different systems are the same. */
  readonly className: string;
  readonly part: 'train' | 'test' | 'val' | 'undivided';
}

/** Where an image lies: `base` is its part's folder, `below` are the folders from there to the image. */
interface Place {
  readonly file: SourceFile;
  readonly part: PlacedImage['part'];
  readonly base: readonly string[];
  readonly below: readonly string[];
}

function partOf(folder: string): Exclude<PlacedImage['part'], 'undivided'> | undefined {
  const match = partName.exec(folder);
  if (!match) return undefined;
  if (match[1]) return 'train';
  return match[2] ? 'test' : 'val';
}

/** How many folders all these paths begin with, the last folder of each not counted: it is a class. */
function sharedBy(paths: readonly (readonly string[])[]): number {
  const [first] = paths;
  let shared = first.length;
  for (const path of paths) {
    shared = Math.max(0, Math.min(shared, path.length - 1));
    for (let i = 0; i < shared; i++) if (path[i] !== first[i]) shared = i;
  }
  return shared;
}

function placeOf(file: SourceFile, folders: readonly string[], shared: number): Place {
  const above = folders.slice(0, -1).map(partOf);
  const outside = above.findIndex((part, i) => i >= shared && part !== undefined);
  const at = outside >= 0 ? outside : above.findLastIndex((part) => part !== undefined);
  // What was given by itself is a base of its own, whatever it is called.
  const end = at >= 0 ? at + 1 : file.given ? 1 : 0;
  return { file, part: above[at] ?? 'undivided', base: folders.slice(0, end), below: folders.slice(end) };
}

/** Passes over the folders that hold all there is below each base; below a part a nested class may be one of them. */
function withoutWrappers(places: readonly Place[], nested: boolean): Place[] {
  const bases = new Map<string, Place[]>();
  for (const place of places) {
    const base = place.base.join('/');
    const others = bases.get(base);
    if (others) others.push(place);
    else bases.set(base, [place]);
  }
  return [...bases.values()].flatMap((inside) => {
    const kept = nested && inside[0].part !== 'undivided';
    const shared = kept ? 0 : sharedBy(inside.map(({ below }) => below));
    return inside.map(({ base, below, ...place }) => ({
      ...place,
      base: [...base, ...below.slice(0, shared)],
      below: below.slice(shared),
    }));
  });
}

function checkDepth(places: readonly Place[], nested: boolean): void {
  const loose = places.find(({ below }) => below.length === 0);
  if (loose) {
    throw new SluiceError(
      'class-unknown',
      `${loose.file.label} lies in no class folder. Images belong into <class>/<image>.`,
    );
  }
  const deeper = nested ? [] : places.filter(({ below }) => below.length > 1);
  if (deeper.length === 0) return;
  const folders = [...new Set(deeper.map(({ base, below }) => [...base, ...below].join('/')))];
  throw new SluiceError(
    'layout-unknown',
    `Images lie in folders below a class's: ${named(folders)}. If they belong to the class above them (${deeper[0].below[0]}), ` +
      'import with --nested. If these folders are classes, move them up to the others, or import the folder they lie in.',
  );
}

/** Images of one class from several folders are one class, but whoever named the folders alike shall know. */
function mergers(places: readonly Place[]): string[] {
  const folders = new Map<string, Set<string>>();
  for (const { part, base, below } of places) {
    const key = `${part}/${below[0].normalize()}`;
    folders.set(key, (folders.get(key) ?? new Set()).add([...base, below[0]].join('/')));
  }
  const merged = [...folders.values()].filter(({ size }) => size > 1).map((several) => [...several].join(' and '));
  return merged.length > 0 ? [`folders of one name make one class: ${named(merged)}`] : [];
}

/** Throws when an image lies in no class folder or, unless `nested`, deeper than in one. */
export function placeImages(
  files: readonly SourceFile[],
  nested: boolean,
): { images: PlacedImage[]; notes: readonly string[] } {
  const paths = files.map(({ name }) => name.split('/').slice(0, -1));
  const shared = sharedBy(paths);
  const places = withoutWrappers(
    files.map((file, i) => placeOf(file, paths[i], shared)),
    nested,
  );
  checkDepth(places, nested);
  const passed = places.find(({ file, part, base }) => part === 'undivided' && base.length > (file.given ? 1 : 0));
  return {
    images: places.map(({ file, part, below }) => ({ file, part, className: below[0].normalize() })),
    notes: [...(passed ? [`the classes are the folders in ${passed.base.join('/')}`] : []), ...mergers(places)],
  };
}
