import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { SluiceError } from '../errors.ts';
import { catalogue, known } from './catalogue.ts';
import { datasetFolder, importedNames, infoOf, readManifest } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { nearest } from '../near.ts';
import type { DatasetInfo } from './source.ts';
import { syntheticInfo, syntheticName } from './synthetic.ts';

/** A data set as a list shows it. */
export type DatasetEntry = KnownEntry | DamagedEntry;

interface KnownEntry {
  readonly name: string;
  readonly title: string;
  /** `available`: can be downloaded. */
  readonly status: 'built-in' | 'imported' | 'available';
  readonly info: DatasetInfo;
  /** Size of the download; `null` for those that need none. */
  readonly downloadBytes: number | null;
}

/** An imported one that cannot be used. */
interface DamagedEntry {
  readonly name: string;
  /** What is wrong with it, and the way out. */
  readonly title: string;
  readonly status: 'damaged';
  readonly info: null;
  readonly downloadBytes: null;
}

function importedEntry(name: string): DatasetEntry {
  try {
    const manifest = requireManifest(name);
    const title = known(name)?.title ?? `Imported from ${manifest.importedFrom.join(', ')}`;
    return { name, title, status: 'imported', info: infoOf(manifest), downloadBytes: null };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { name, title: error.message, status: 'damaged', info: null, downloadBytes: null };
  }
}

/** Built-in, imported and available data sets, in this order. */
export function listDatasets(): DatasetEntry[] {
  const imported = importedNames();
  return [
    {
      name: syntheticName,
      title: 'Drawn by Sluice, nothing to download',
      status: 'built-in',
      info: syntheticInfo,
      downloadBytes: null,
    },
    ...imported.map(importedEntry),
    ...Object.values(catalogue)
      .filter(({ name }) => !imported.includes(name))
      .map((entry): DatasetEntry => {
        const { name, title, shape, classes, trainSamples, testSamples, files } = entry;
        const info = { name, shape, classes, trainSamples, testSamples };
        return {
          name,
          title,
          status: 'available',
          info,
          downloadBytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
        };
      }),
  ];
}

/** Why there is no such data set, and the command that helps. */
function missing(name: string): SluiceError {
  const path = 'dataset.name';
  if (known(name)) {
    return new SluiceError(
      'dataset-missing',
      `Data set "${name}" is not here yet. Get it with "sluice data get ${name}".`,
      { path },
    );
  }
  const names = [syntheticName, ...importedNames(), ...Object.keys(catalogue)];
  const meant = nearest(name, names);
  const hint = meant === undefined ? `Known are ${[...new Set(names)].join(', ')}.` : `Did you mean "${meant}"?`;
  return new SluiceError(
    'dataset-unknown',
    `There is no data set "${name}". ${hint} Bring in your own with "sluice data import <path> --name <name>".`,
    { path },
  );
}

/** The manifest of an imported data set; otherwise an error that says what to do. */
export function requireManifest(name: string): Manifest {
  const manifest = readManifest(name);
  if (!manifest) throw missing(name);
  return manifest;
}

/** What a data set is, from its manifest alone. */
export function describeDataset(name: string): DatasetInfo {
  return name === syntheticName ? syntheticInfo : infoOf(requireManifest(name));
}

/** The same; null where it is not here. */
export function infoHere(name: string): DatasetInfo | null {
  if (name === syntheticName) return syntheticInfo;
  const manifest = readManifest(name);
  return manifest ? infoOf(manifest) : null;
}

/** Where a new data set of that name goes; an error when the name is taken. */
export function freeFolder(name: string): string {
  const target = datasetFolder(name);
  if (name !== syntheticName && !existsSync(target)) return target;
  throw new SluiceError(
    'dataset-exists',
    name === syntheticName
      ? `"${name}" is built in. Choose another name with --name.`
      : `There is a data set "${name}" already. Remove it with "sluice data remove ${name}", or choose another name with --name.`,
    { path: 'name' },
  );
}

/** Deletes an imported data set from Sluice's folder; the files it was imported from stay. */
export async function removeDataset(name: string): Promise<void> {
  if (name === syntheticName) throw new SluiceError('dataset-built-in', `"${name}" is built in and cannot be removed.`);
  if (!importedNames().includes(name)) throw missing(name);
  await rm(datasetFolder(name), { recursive: true });
}
