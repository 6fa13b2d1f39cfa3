import koffi from 'koffi';
import { messageOf, SluiceError } from '../../errors.ts';
import type { Unavailable } from '../adapter.ts';
import type { Adapter } from './device.ts';
import { loadDawn } from './packages.ts';

/** An adapter, with the instance it is of. */
interface Found {
  readonly gpu: GPU;
  readonly adapter: Adapter;
}

/** Shaders write what they share before they read it; to have it zeroed first makes them several times slower to compile. */
const toggles = ['enable-dawn-features=disable_workgroup_init'];

const preferences: readonly string[] = ['high-performance', 'low-power'];

/**
 * Which GPU of several: the most powerful one, or as SLUICE_WEBGPU_ADAPTER says: `low-power`, a part of an adapter's
 * name, or `none` for no GPU at all.
 */
export function chosenAdapter(): string {
  return process.env['SLUICE_WEBGPU_ADAPTER'] || 'high-performance';
}

/**
 * The chosen adapter of Dawn, or why there is none. Throws `bad-webgpu-adapter`, with the names there are, for a name that
 * none has.
 */
export async function findAdapter(chosen: string): Promise<Found | Unavailable> {
  if (chosen === 'none') {
    return { reason: 'SLUICE_WEBGPU_ADAPTER is "none"', remedy: 'Unset it to use a GPU.' };
  }
  if (process.platform === 'linux' && !hasVulkan()) return noGpu;
  const dawn = await loadDawn();
  Object.assign(globalThis, dawn.globals);
  const isPreference = preferences.includes(chosen);
  const gpu = dawn.create([...toggles, ...(isPreference ? [] : [`adapter=${chosen}`])]);
  const powerPreference = isPreference ? (chosen as GPUPowerPreference) : 'high-performance';
  const adapter = await gpu.requestAdapter({ powerPreference }).catch((error: unknown) => noneOf(chosen, error));
  return adapter ? { gpu, adapter: adapter as Adapter } : noGpu;
}

const noGpu: Unavailable = {
  reason: 'Dawn finds no GPU',
  remedy: 'Install a Vulkan (Linux), Metal or Direct3D 12 driver.',
};

/** Whether there is what Dawn looks for first. Where there is none it takes long to say so, and writes it to the terminal. */
function hasVulkan(): boolean {
  try {
    koffi.load('libvulkan.so.1');
    return true;
  } catch {
    return false;
  }
}

/** Null where the machine has no adapter at all. */
function noneOf(chosen: string, error: unknown): null {
  const names = [...messageOf(error).matchAll(/name: '([^']*)'/g)].map(([, name]) => name);
  if (names.length === 0) return null;
  throw new SluiceError(
    'bad-webgpu-adapter',
    `SLUICE_WEBGPU_ADAPTER is "${chosen}", which is part of no adapter's name. There ${names.length === 1 ? 'is' : 'are'}: ` +
      `${names.join(', ')}; or take high-performance, low-power or none.`,
  );
}
