import { existsSync } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Published } from '../data/download.ts';
import { SluiceError } from '../errors.ts';
import { addonFolder, buildAddon, findCompiler, type Against } from './addon.ts';
import { libraryFor, nodeApiHeaders, storage, tarballOf, type PinnedLibrary } from './pinned.ts';
import type { LibraryPlan, TensorflowEngine } from './plan.ts';
import { prebuiltAddon, takeAddon, type PrebuiltAddon } from './prebuilt.ts';
import { unpackLibrary } from './unpack.ts';

/** What Google built its library of version 2.9.1 for. */
const cuda = {
  version: '11.2',
  cudnn: '8.1',
  capabilities: ['sm_35', 'sm_50', 'sm_60', 'sm_70', 'sm_75', 'compute_80'],
};

/** TensorFlow's own download, with the addon built on it, or as Google built it where there is no compiler. */
export async function fromDownload(engine: TensorflowEngine): Promise<LibraryPlan> {
  const pinned = libraryFor(engine);
  if (!pinned) throw notOffered(engine);
  const archive = archiveOf(pinned);
  const addon = await addonOf(engine);
  return {
    facts: {
      source: 'download',
      tensorflow: pinned.version,
      library: 'deps/lib',
      python: null,
      preload: [],
      cuda: engine === 'cuda' ? cuda : null,
    },
    room: pinned.room,
    files: async (registry, options) => [
      archive,
      typeof addon === 'string' ? tarballOf(nodeApiHeaders, registry) : await addon.published(options),
    ],
    async place(work) {
      const deps = join(work.backend, 'deps');
      work.tell('unpack', archive.name);
      await unpackLibrary(work.file(archive.name), deps, work.onProgress);
      if (typeof addon === 'string') await buildAddon(addon, work, against(deps));
      else await takeAddon(work.file(addon.name), addonFolder(work.backend));
      await rm(join(deps, 'include'), { recursive: true, force: true });
      // Windows looks for libraries beside what needs them.
      if (process.platform === 'win32')
        await copyFile(join(deps, 'lib', 'tensorflow.dll'), join(addonFolder(work.backend), 'tensorflow.dll'));
    },
  };
}

/** The compiler that builds it, or what was built by others; throws what to install where neither is to be had. */
async function addonOf(engine: TensorflowEngine): Promise<string | PrebuiltAddon> {
  try {
    return await findCompiler();
  } catch (error) {
    const prebuilt = prebuiltAddon(engine);
    if (prebuilt) return prebuilt;
    throw error;
  }
}

function archiveOf({ path, integrity }: PinnedLibrary): Published {
  return { name: path.slice(path.lastIndexOf('/') + 1), urls: [`${storage()}/${path}`], bytes: null, integrity };
}

/** The parts of the download; the addon finds the libraries from where it lies. */
function against(deps: string): Against {
  const names = { win32: ['tensorflow.lib'], darwin: ['libtensorflow.2.dylib', 'libtensorflow_framework.2.dylib'] }[
    process.platform as string
  ] ?? ['libtensorflow.so.2', 'libtensorflow_framework.so.2'];
  const libraries = names.map((name) => join(deps, 'lib', name)).filter((path) => existsSync(path));
  const here = process.platform === 'darwin' ? '@loader_path' : '$ORIGIN';
  return { include: join(deps, 'include'), libraries, rpath: `${here}/../../deps/lib` };
}

function notOffered(engine: TensorflowEngine): SluiceError {
  return new SluiceError(
    'engine-not-offered',
    `TensorFlow offers no library for the engine ${engine} on ${process.platform} ${process.arch}. ` +
      (process.platform === 'linux'
        ? 'Give a Python environment that has one (--python), or take the engine webgpu.'
        : 'Take the engine webgpu' + (process.platform === 'win32' ? ', or Sluice in WSL 2.' : '.')),
    { path: 'name' },
  );
}
