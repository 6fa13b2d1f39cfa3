import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { downloadArtifact } from '@electron/get';

/** The desktop app's binary, which the electron package does not carry but fetches when it is first needed. */

const require = createRequire(import.meta.url);
const electron = dirname(require.resolve('electron/package.json'));

/** Why no desktop window can be opened here, if it is known beforehand. */
export function obstacle(system: {
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly user: number | undefined;
}): string | undefined {
  if (system.platform !== 'linux') return undefined;
  if (!system.env['DISPLAY'] && !system.env['WAYLAND_DISPLAY']) return 'there is no display';
  if (system.user === 0) return 'Electron does not run as root';
  return undefined;
}

/** Path of the binary, if it is there. */
export function installedElectron(): string | undefined {
  const named = join(electron, 'path.txt');
  if (!existsSync(named)) return undefined;
  const binary = join(electron, 'dist', readFileSync(named, 'utf8'));
  return existsSync(binary) ? binary : undefined;
}

/**
 * Fetches it. `onProgress` is told the share that has come. Rejects when it cannot be had, and when nothing comes for
 * so many milliseconds: no answer counts as no.
 */
export async function installElectron(onProgress: (share: number) => void, patience = 20_000): Promise<string> {
  const { version } = require('electron/package.json') as { version: string };
  const { signal, heard, end } = watchSilence(patience);
  try {
    // Into the cache of the package, from where its own install script takes it.
    await downloadArtifact({
      version,
      artifactName: 'electron',
      platform: process.platform,
      arch: process.arch,
      checksums: require('electron/checksums.json') as Record<string, string>,
      downloadOptions: {
        quiet: true,
        signal,
        getProgressCallback: ({ percent }: { percent: number }) => {
          heard();
          onProgress(percent);
        },
      },
    });
  } catch (error) {
    throw new Error(signal.aborted ? 'no answer' : reasonOf(error), { cause: error });
  } finally {
    end();
  }
  spawnSync(process.execPath, [join(electron, 'install.js')], { stdio: 'ignore' });
  const binary = installedElectron();
  if (binary === undefined) throw new Error('it could not be unpacked');
  return binary;
}

/** A signal that aborts when nothing was heard for so long. */
function watchSilence(patience: number): { signal: AbortSignal; heard: () => void; end: () => void } {
  const controller = new AbortController();
  let timer = setTimeout(() => controller.abort(), patience);
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => controller.abort(), patience);
  };
  return { signal: controller.signal, heard, end: () => clearTimeout(timer) };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}, ${error.cause.message}` : error.message;
}
