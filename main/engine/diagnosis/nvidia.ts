import { execFile } from 'node:child_process';
import { messageOf } from '../../errors.ts';
import { explain, type Explanation } from './explain.ts';

/** A card as nvidia-smi tells of it. */
export interface NvidiaGpu {
  readonly name: string;
  /** Bytes. */
  readonly memory: number;
  readonly driver: string;
  /** Compute capability, such as 9.0; null where the driver is too old to tell. */
  readonly capability: number | null;
}

const fields = ['name', 'memory.total', 'driver_version', 'compute_cap'];
/** Where it lies when it is not on the path: Windows' Linux has it there. */
const places = ['nvidia-smi', '/usr/lib/wsl/lib/nvidia-smi'];

/** The NVIDIA cards of this machine, or why the driver does not tell of any. */
export async function nvidiaGpus(commands: readonly string[] = places): Promise<readonly NvidiaGpu[] | Explanation> {
  let text = '';
  for (const command of commands) {
    text = await said(command);
    if (text !== '') break;
  }
  const gpus = parseGpus(text);
  if (gpus.length > 0) return gpus;
  return explain(text) ?? explain("couldn't communicate with the NVIDIA driver")!;
}

/** What the command says, whether it fails or not; nothing where it is not there. */
function said(command: string): Promise<string> {
  const query = [`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits'];
  return new Promise((resolve) =>
    execFile(command, query, { timeout: 20_000, windowsHide: true }, (error, out, err) =>
      resolve(`${out}${err}` || (error && 'code' in error && error.code === 'ENOENT' ? '' : messageOf(error ?? ''))),
    ),
  );
}

/** Reads lines such as `NVIDIA H200, 143771, 550.90.07, 9.0`. */
export function parseGpus(csv: string): NvidiaGpu[] {
  return csv.split('\n').flatMap((line) => {
    const [name, mebibytes, driver, capability] = line.split(',').map((field) => field.trim());
    if (!/^\d+$/.test(mebibytes ?? '') || !/^\d+\.\d/.test(driver ?? '')) return [];
    const known = /^\d+\.\d+$/.test(capability ?? '');
    return [{ name, memory: Number(mebibytes) * 2 ** 20, driver, capability: known ? Number(capability) : null }];
  });
}

/** The oldest drivers that run what was built with a CUDA of this major version, on Linux and Windows. */
const oldestDrivers: Readonly<Record<string, readonly [linux: number, windows: number]>> = {
  11: [450.8, 452.39],
  12: [525.6, 528.33],
  13: [580, 580],
};

/** Why this card cannot run what was built with that CUDA for those capabilities (`sm_80`, `compute_80`); else null. */
export function unsuited(
  { name, driver, capability }: NvidiaGpu,
  { version, capabilities }: { readonly version: string | null; readonly capabilities: readonly string[] },
  platform: NodeJS.Platform = process.platform,
): Explanation | null {
  const oldest = oldestDrivers[version?.split('.')[0] ?? '']?.[platform === 'win32' ? 1 : 0];
  if (oldest !== undefined && Number.parseFloat(driver) < oldest) {
    return {
      cause: 'driver-too-old',
      reason: `the driver ${driver} of ${name} is too old for CUDA ${version}`,
      remedy: `Install driver ${oldest} or newer from nvidia.com/drivers or the system, and start the machine again.`,
    };
  }
  if (capability === null || runs(capability, capabilities) !== 'never') return null;
  return {
    cause: 'gpu-too-new',
    reason: `${name} has compute capability ${capability.toFixed(1)}, and this TensorFlow was built for ${capabilities.join(', ')}`,
    remedy:
      'Use a newer TensorFlow: in a Python environment, pip install -U "tensorflow[and-cuda]", then "sluice engine install cuda --python". The engine webgpu needs none.',
  };
}

/** From Blackwell on, TensorFlows of before fail with CUDA_ERROR_INVALID_PTX: kernels that they make on the spot know no such card. */
const firstNeverCompiled = 10;

/**
 * How code that was built for these capabilities runs on a card: as it is (`sm_` of the same generation, not newer), after the driver
 * has compiled it, which takes long once (`compute_`), or never. Where nothing is known of the build, as it is.
 */
export function runs(capability: number, built: readonly string[]): 'built' | 'compiled' | 'never' {
  if (built.length === 0) return 'built';
  const of = (prefix: string): number[] =>
    built.flatMap((name) => (name.startsWith(prefix) ? [Number.parseInt(name.slice(prefix.length), 10) / 10] : []));
  const sameGeneration = (made: number): boolean => Math.floor(made) === Math.floor(capability) && made <= capability;
  if ([...of('sm_'), ...of('compute_')].some(sameGeneration)) return 'built';
  return capability < firstNeverCompiled && of('compute_').some((made) => made <= capability) ? 'compiled' : 'never';
}
