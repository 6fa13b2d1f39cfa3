import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SluiceError } from '../errors.ts';
import { sluiceHome } from '../home.ts';
import { catalogue, known } from './catalogue.ts';
import type { KnownDataset } from './catalogue.ts';
import { download } from './download.ts';
import type { DownloadOptions } from './download.ts';
import { importDataset } from './import.ts';
import type { ImportResult } from './import.ts';
import { datasetFolder } from './manifest.ts';
import { nearest } from '../near.ts';

/** Downloads a data set from its authors' place, checks it and imports it; the downloads are then deleted. */
export async function getKnown(entry: KnownDataset, options: DownloadOptions = {}): Promise<ImportResult> {
  const { name, files } = entry;
  if (existsSync(datasetFolder(name))) {
    throw new SluiceError(
      'dataset-exists',
      `Data set "${name}" is here already. To get it anew, first run "sluice data remove ${name}".`,
    );
  }
  const folder = join(sluiceHome(), 'downloads', name);
  const paths: string[] = [];
  for (const file of files) {
    const path = join(folder, file.name);
    if (!existsSync(path)) await download(file, path, options);
    paths.push(path);
  }
  const result = await importDataset(paths, { name, onProgress: options.onProgress });
  await rm(folder, { recursive: true });
  return result;
}

/** Gets a data set of the catalogue by name. */
export async function getDataset(name: string, options: DownloadOptions = {}): Promise<ImportResult> {
  const entry = known(name);
  if (entry) return getKnown(entry, options);
  const names = Object.keys(catalogue);
  const meant = nearest(name, names);
  const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`;
  throw new SluiceError(
    'dataset-unknown',
    `"${name}" cannot be downloaded.${hint} Sluice can get ${names.join(', ')}.`,
    { path: 'name' },
  );
}
