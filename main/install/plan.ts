import type { DownloadOptions, Published } from '../data/download.ts';
import type { OnProgress } from '../data/progress.ts';
import { SluiceError } from '../errors.ts';
import type { Installable, InstalledEngine } from '../engine/installed.ts';
import { fromDownload } from './from-download.ts';
import { fromPython } from './from-python.ts';
import { dawn, tfjsNode, tfjsNodeGpu, webgpuBackend, type PinnedPackage } from './pinned.ts';

export type TensorflowEngine = Exclude<Installable, 'webgpu'>;

/** What is done for an engine, decided before anything is downloaded. */
export interface Plan {
  readonly packages: readonly PinnedPackage[];
  /** Names of packages in whose place stands what gives Sluice's own instance. */
  readonly standIns: readonly string[];
  readonly library: LibraryPlan;
}

/** Where an engine's library comes from, and the addon that goes with it. */
export interface LibraryPlan {
  readonly facts: Pick<InstalledEngine, 'source' | 'tensorflow' | 'library' | 'python' | 'cuda' | 'preload'>;
  /** Bytes of the disk that the engine takes, downloads included, roughly. */
  readonly room: number;
  /** What has to be downloaded beside the engine's packages. */
  files(registry: string, options: DownloadOptions): Promise<readonly Published[]>;
  /** Completes the engine, whose packages are in their place. */
  place(work: Work): Promise<void>;
}

export interface Work {
  /** Where tfjs-node lies in the engine. */
  readonly backend: string;
  /** An empty folder that goes when the engine is complete. */
  readonly workshop: string;
  /** Where a download is, by its name. */
  file(name: string): string;
  tell(step: 'unpack' | 'build', item: string): void;
  readonly onProgress: OnProgress | undefined;
}

/** Plans the installation of an engine. Refuses what cannot come to a good end here, with the next step. */
export async function planInstall(name: Installable, python?: string): Promise<Plan> {
  if (name !== 'webgpu') {
    return {
      packages: [name === 'cuda' ? tfjsNodeGpu : tfjsNode],
      standIns: ['@tensorflow/tfjs', '@tensorflow/tfjs-core'],
      library: await (python === undefined ? fromDownload(name) : fromPython(name, python)),
    };
  }
  if (python === undefined)
    return { packages: [dawn, webgpuBackend], standIns: ['@tensorflow/tfjs-core'], library: none };
  throw new SluiceError('bad-usage', 'The engine webgpu needs no Python: leave --python out.', { path: 'python' });
}

/** Dawn brings what it needs. */
const none: LibraryPlan = {
  facts: { source: 'registry', tensorflow: null, library: null, python: null, cuda: null, preload: [] },
  room: 200e6,
  files: () => Promise.resolve([]),
  place: () => Promise.resolve(),
};
