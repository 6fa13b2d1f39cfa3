import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import koffi from 'koffi';
import { findChromium } from '../e2e/support/chromium.ts';

/** The loader of Vulkan that Chromium has beside it, by platform. */
const loaders: Partial<Record<NodeJS.Platform, string>> = { linux: 'libvulkan.so.1', win32: 'vulkan-1.dll' };

/** Where a system's own Chromium lies, when what is on the path is a script that starts it. */
const folders = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/usr/lib64/chromium-browser'];

/** The folder of a Chromium with SwiftShader, Vulkan on the processor; undefined where there is none. */
function findSwiftShader(): string | undefined {
  const chromium = findChromium();
  const loader = loaders[process.platform];
  if (!chromium || !existsSync(chromium) || !loader) return undefined;
  return [dirname(realpathSync(chromium)), ...folders].find(
    (folder) => existsSync(manifestIn(folder)) && existsSync(join(folder, loader)),
  );
}

/** It would be unloaded once nothing refers to it. */
const held: unknown[] = [];

/** Lets WebGPU in this process run on SwiftShader. */
export function useSwiftShader(): void {
  const folder = findSwiftShader();
  if (!folder) return;
  // Dawn asks the system for a library of this name, which is then the one that is loaded already.
  held.push(koffi.load(join(folder, loaders[process.platform]!)));
  process.env['VK_DRIVER_FILES'] = manifestIn(folder);
}

function manifestIn(folder: string): string {
  return join(folder, 'vk_swiftshader_icd.json');
}
