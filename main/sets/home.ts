import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { nearest } from '../near.ts';
import { SluiceError } from '../errors.ts';
import { sluiceHome } from '../home.ts';
import { readSet, requireSizes, type ReadSet } from './files.ts';

const validName = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** A set as a list shows it. */
export type SetEntry =
  | ({ readonly status: 'ready' } & ReadSet)
  /** One that cannot be used; `problem` says what is wrong with it, and the way out. */
  | { readonly status: 'damaged' | 'newer'; readonly name: string; readonly folder: string; readonly problem: string };

/** The folder of all model sets. */
export function modelsFolder(): string {
  return join(sluiceHome(), 'models');
}

/** A name for a set, from what a person or a run is called. */
export function setNameFrom(text: string): string {
  const slug = text.toLowerCase().replace(/[^a-z0-9._-]+/g, '-');
  return (
    slug
      .replace(/^[^a-z0-9]+/, '')
      .slice(0, 64)
      .replace(/[^a-z0-9]+$/, '') || 'set'
  );
}

/** Sets by name; their manifests were read and their files are there, but not compared with their sums (openSet does). */
export async function listSets(): Promise<SetEntry[]> {
  return Promise.all(setNames().map(entryOf));
}

async function entryOf(name: string): Promise<SetEntry> {
  const folder = join(modelsFolder(), name);
  try {
    const set = await readSet(folder);
    await requireSizes(set);
    return { status: 'ready', ...set };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { status: error.code === 'set-newer' ? 'newer' : 'damaged', name, folder, problem: error.message };
  }
}

/** Names of the sets in this home, damaged ones among them. */
function setNames(): string[] {
  if (!existsSync(modelsFolder())) return [];
  return readdirSync(modelsFolder(), { withFileTypes: true })
    .filter((entry) => !entry.isFile() && validName.test(entry.name))
    .map(({ name }) => name)
    .sort();
}

/** The folder of a set that is called by its name in this home or by a path. Throws `set-unknown`. */
export function findSet(reference: string): string {
  return /[\\/]/.test(reference) ? resolve(reference) : ownSetFolder(reference);
}

/** The folder of a set of this home, by its name alone. Throws `set-unknown`. */
export function ownSetFolder(name: string): string {
  const names = setNames();
  if (names.includes(name)) return join(modelsFolder(), name);
  const meant = nearest(name, names);
  const known = names.length > 0 ? `Here are ${names.join(', ')}.` : 'There are none here yet.';
  throw new SluiceError(
    'set-unknown',
    `There is no model set "${name}". ${meant === undefined ? known : `Did you mean "${meant}"?`} "sluice models add <run>" ` +
      'makes one of a trained run, "sluice models import <path>" brings one in.',
    { path: 'set' },
  );
}

/** Where a new set goes. Throws `name-invalid`, and `set-exists` when the name is taken. */
export function freeSetFolder(name: string): string {
  if (!validName.test(name)) {
    throw new SluiceError(
      'name-invalid',
      `"${name}" cannot name a model set: use up to 64 lower-case letters, digits, ".", "_" and "-", beginning with a letter or digit.`,
      { path: 'name' },
    );
  }
  const folder = join(modelsFolder(), name);
  if (!existsSync(folder)) return folder;
  throw new SluiceError(
    'set-exists',
    `There is a model set "${name}" already. Remove it with "sluice models remove ${name}", or choose another name with --name.`,
    { path: 'name' },
  );
}

/** Deletes a set of this home; what was exported, and the run it is from, stay. Throws `set-unknown`. */
export async function removeSet(name: string): Promise<void> {
  await rm(ownSetFolder(name), { recursive: true });
}
