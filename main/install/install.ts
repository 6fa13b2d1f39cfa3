import { existsSync } from 'node:fs';
import { mkdir, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { download, type DownloadOptions, type Published } from '../data/download.ts';
import type { DataProgress } from '../data/progress.ts';
import { inStagingFolder } from '../data/staging.ts';
import { isDiskFull } from '../disk.ts';
import type { Cause } from '../engine/diagnosis/explain.ts';
import type { EngineReport } from '../engine/engine.ts';
import { engineFolder, enginesFolder, type Installable, type InstalledEngine } from '../engine/installed.ts';
import { SluiceError } from '../errors.ts';
import { knownEngine } from './known.ts';
import { registryOf, tarballOf } from './pinned.ts';
import { planInstall, type Plan } from './plan.ts';
import { checksums, unpackPackage, writeStandIn } from './unpack.ts';

export interface InstallRequest {
  readonly name: string;
  /** A Python environment whose TensorFlow to use, by its interpreter or folder; else the library is downloaded. */
  readonly python?: string;
  /** An npm registry in place of the usual one. */
  readonly registry?: string;
}

/** An engine that is complete, before it is put where engines are looked for. */
export interface StagedEngine {
  readonly engines: string;
  readonly installed: InstalledEngine;
}

export interface InstallOptions extends DownloadOptions {
  /** Tries a staged engine in a process of its own. */
  readonly attempt: (name: Installable, staged: StagedEngine) => Promise<EngineReport>;
}

export interface InstallResult {
  readonly installed: InstalledEngine;
  /** What it says on this machine, which may still lack a GPU or a driver. */
  readonly report: EngineReport;
}

type Step = DataProgress['step'];

/** What an installation cannot be right with; the rest is for the machine to get. */
const faults: readonly (Cause | undefined)[] = [
  'package-absent',
  'addon-absent',
  'addon-foreign',
  'library-absent',
  'library-other',
  'system-too-old',
  'crashed',
];

/**
 * Installs an engine into the engines' folder, in place of one of that name. It is built beside and tried before it is moved there,
 * so that whatever fails leaves what was there; downloads that broke off are taken up by the next call.
 */
export async function installEngine(request: InstallRequest, options: InstallOptions): Promise<InstallResult> {
  const name = knownEngine(request.name);
  const plan = await planInstall(name, request.python);
  const engines = enginesFolder();
  try {
    await mkdir(engines, { recursive: true });
    await requireRoom(engines, plan.library.room);
    const downloads = join(engines, '.downloads');
    const files = await fetchAll(plan, registryOf(request.registry), downloads, options);
    const result = await inStagingFolder((folder) => assemble(name, plan, files, folder, options), engines);
    await rm(downloads, { recursive: true, force: true });
    return result;
  } catch (error) {
    throw isDiskFull(error) ? noRoom(engines, plan.library.room) : error;
  }
}

async function requireRoom(folder: string, room: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < room) throw noRoom(folder, room);
}

function noRoom(folder: string, room: number): SluiceError {
  return new SluiceError(
    'disk-full',
    `There is no room for the engine on the disk of ${folder}: it takes ${Math.ceil(room / 1e6)} MB. Nothing was installed. Free some space, or set SLUICE_ENGINES to a folder on a larger disk.`,
  );
}

/** Downloads what the plan needs, unless it is here since a call that did not end well; returns the paths by name. */
async function fetchAll(
  { packages, library }: Plan,
  registry: string,
  folder: string,
  options: DownloadOptions,
): Promise<ReadonlyMap<string, string>> {
  const wanted: Published[] = [
    ...packages.map((each) => tarballOf(each, registry)),
    ...(await library.files(registry, options)),
  ];
  const paths = new Map<string, string>();
  for (const file of wanted) {
    const path = join(folder, basename(file.name));
    if (!existsSync(path)) await download(file, path, options);
    paths.set(file.name, path);
  }
  return paths;
}

async function assemble(
  name: Installable,
  plan: Plan,
  files: ReadonlyMap<string, string>,
  staging: string,
  { attempt, onProgress }: InstallOptions,
): Promise<InstallResult> {
  const folder = join(staging, name);
  const workshop = join(staging, 'workshop');
  const packageFolder = (of: string): string => join(folder, 'node_modules', ...of.split('/'));
  const file = (named: string): string => files.get(named)!;
  const say = (step: Step, item: string): void => onProgress?.({ step, item, done: 0, total: null, unit: 'bytes' });
  for (const each of plan.packages) {
    say('unpack', each.name);
    await unpackPackage(file(tarballOf(each, '').name), each, packageFolder(each.name));
  }
  for (const each of plan.standIns) await writeStandIn(packageFolder(each), each);
  const backend = packageFolder(plan.packages[0].name);
  await mkdir(workshop);
  await plan.library.place({ backend, workshop, file, tell: say, onProgress });
  await rm(join(backend, 'binding'), { recursive: true, force: true });
  const installed: InstalledEngine = {
    format: 1,
    name,
    ...plan.library.facts,
    packages: Object.fromEntries(plan.packages.map((each) => [each.name, each.version])),
    installedAt: new Date().toISOString(),
    files: await checksums(folder),
  };
  await writeFile(join(folder, 'engine.json'), `${JSON.stringify(installed, null, 2)}\n`);
  say('try', name);
  const report = await attempt(name, { engines: staging, installed });
  if (!report.available && (report.cause === undefined || faults.includes(report.cause))) {
    throw new SluiceError(
      'engine-unusable',
      `The ${name} engine was built and does not work here: ${report.detail}. Nothing was installed. ${report.remedy ?? ''}`.trim(),
    );
  }
  await putInPlace(folder, engineFolder(name), join(staging, 'replaced'));
  return { installed, report };
}

/** Moves a finished engine to its place; one that is there is moved aside, and back if that fails. */
async function putInPlace(folder: string, place: string, aside: string): Promise<void> {
  const before = existsSync(place);
  if (before) await moveAway(place, aside);
  try {
    await rename(folder, place);
  } catch (error) {
    if (before) await rename(aside, place);
    throw error;
  }
}

async function moveAway(place: string, aside: string): Promise<void> {
  try {
    await rename(place, aside);
  } catch (cause) {
    throw new SluiceError(
      'engine-busy',
      `${place} cannot be moved: a run is probably training on it. Stop the run, then try again.`,
      { cause },
    );
  }
}

/** Removes an installed engine: it is moved away first, so that it is there as a whole or not at all. */
export async function removeEngine(given: string): Promise<void> {
  const name = knownEngine(given);
  if (!existsSync(engineFolder(name))) {
    throw new SluiceError(
      'engine-missing',
      `The engine ${name} is not installed. "sluice engine list" tells which are.`,
      {
        path: 'name',
      },
    );
  }
  await inStagingFolder((staging) => moveAway(engineFolder(name), join(staging, name)), enginesFolder());
}
