import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { extractAll } from '@electron/asar';
import { build, Platform, type Configuration } from 'electron-builder';

/** What `electron-builder` packs into an installer. */
export interface PackedApp {
  /** Where its executable stands. */
  readonly folder: string;
  readonly executable: string;
  /** All of its files, in the archive and beside it, laid out elsewhere. */
  readonly files: string;
}

/** Marks where an Electron binary has its fuses: the version of the list, its length, a "0" for each that is off. */
const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const fuses = 9;

/**
 * Packs the app by the project's own configuration, around a file that has nothing of Electron but the place of its fuses, as
 * its binary is not everywhere.
 */
export async function packApp(folder: string): Promise<PackedApp> {
  const electronDist = join(folder, 'electron');
  writeElectron(electronDist);
  const output = join(folder, 'release');
  const config: Configuration = { electronDist, directories: { output } };
  await build({ projectDir: process.cwd(), targets: Platform.LINUX.createTarget('dir'), config, publish: 'never' });
  const packed = join(output, 'linux-unpacked');
  const files = join(folder, 'files');
  extractAll(join(packed, 'resources', 'app.asar'), files);
  return { folder: packed, executable: join(packed, 'sluice'), files };
}

function writeElectron(folder: string): void {
  const { version } = createRequire(import.meta.url)('electron/package.json') as { version: string };
  mkdirSync(join(folder, 'locales'), { recursive: true });
  mkdirSync(join(folder, 'resources'));
  writeFileSync(join(folder, 'version'), version);
  writeFileSync(join(folder, 'locales', 'en-US.pak'), '');
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'chrome-sandbox']) writeFileSync(join(folder, name), '');
  const wire = Buffer.concat([Buffer.from(sentinel), Buffer.from([1, fuses]), Buffer.alloc(fuses, '0')]);
  writeFileSync(join(folder, 'electron'), Buffer.concat([Buffer.alloc(64), wire, Buffer.alloc(64)]));
  chmodSync(join(folder, 'electron'), 0o755);
}

/** Whether each of the first fuses is on, as they stand in an executable. */
export function fusesIn(executable: string): boolean[] {
  const bytes = readFileSync(executable);
  const at = bytes.indexOf(sentinel) + sentinel.length;
  return [...bytes.subarray(at + 2, at + 2 + bytes[at + 1])].map((fuse) => fuse === '1'.charCodeAt(0));
}
