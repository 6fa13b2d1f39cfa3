import { messageOf } from '../../errors.ts';

/** What keeps an engine from being used, told apart by what there is to do about it. */
export type Cause =
  | 'package-absent'
  | 'addon-absent'
  | 'addon-foreign'
  | 'library-absent'
  | 'library-other'
  | 'system-too-old'
  | 'cuda-library-absent'
  | 'driver-absent'
  | 'driver-too-old'
  | 'gpu-absent'
  | 'gpu-too-new'
  | 'crashed';

/** A cause in words, and the next step. */
export interface Explanation {
  readonly cause: Cause;
  readonly reason: string;
  readonly remedy: string;
}

interface Rule {
  readonly cause: Cause;
  readonly pattern: RegExp;
  readonly reason: (found: RegExpMatchArray, text: string) => string;
  readonly remedy: string;
}

/** `{command}` is what installs the engine in question. */
const again = 'Run "{command}" again';
const newDriver =
  'Install the newest driver of the card from nvidia.com/drivers or the system, and start the machine again.';

/** Of the texts of Node, the dynamic loaders, TensorFlow, CUDA and Dawn. Earlier ones are causes of later ones. */
const rules: readonly Rule[] = [
  {
    cause: 'addon-absent',
    pattern:
      /(?:native addon module \(tfjs_binding\.node\) can not be found|Cannot find module '[^']*tfjs_binding\.node'|there is no addon for Node-API)/,
    reason: () => 'the addon tfjs_binding.node was not built',
    remedy: `${again}. Building it takes a C++ compiler: g++ (Debian, Ubuntu: apt install g++; Fedora: dnf install gcc-c++) or clang++ (macOS: xcode-select --install).`,
  },
  {
    cause: 'package-absent',
    pattern: /(?:Cannot find (?:package|module) '|the package )(@tensorflow\/[\w-]+|webgpu)(?:'| is not installed)/,
    reason: ([, name]) => `the package ${name} is not installed`,
    remedy: 'Run: {command}',
  },
  {
    cause: 'system-too-old',
    pattern: /version [`'"](GLIBC(?:XX)?_[\d.]+)' not found/,
    reason: ([, needed]) => `the C library of this system is too old: ${needed} is asked for`,
    remedy: 'Use a newer release of the system, or an older TensorFlow (sluice engine install --python).',
  },
  {
    cause: 'addon-foreign',
    pattern:
      /different Node\.js version|NODE_MODULE_VERSION|undefined symbol: napi_|invalid ELF header|wrong ELF class|file too short|incompatible architecture|not a valid Win32 application|Module did not self-register/,
    reason: ([found]) => `the addon was built for another Node or another processor (${found})`,
    remedy: `${again}: that builds it for this one.`,
  },
  {
    cause: 'library-absent',
    pattern: /(libtensorflow\w*[\w.]*): cannot open shared object file|Library not loaded: \S*?(libtensorflow[\w.]*)/,
    reason: ([, linux, mac]) =>
      `TensorFlow's library ${linux ?? mac} is not where it was when the engine was installed`,
    remedy: `${again}, with the Python environment that has TensorFlow now if it came from one.`,
  },
  {
    cause: 'library-absent',
    pattern: /The specified module could not be found\.[^]*tfjs_binding\.node/,
    reason: () => "TensorFlow's library tensorflow.dll is not beside the addon",
    remedy: `${again}.`,
  },
  {
    cause: 'library-other',
    pattern: /undefined symbol: (\w+)|symbol lookup error|Symbol not found: (\w+)/,
    reason: ([, linux, mac]) =>
      `TensorFlow's library is another than the addon was built for${(linux ?? mac) === undefined ? '' : ` (it lacks ${linux ?? mac})`}`,
    remedy: `${again}: TensorFlow was perhaps changed in its Python environment since.`,
  },
  {
    cause: 'driver-too-old',
    pattern:
      /CUDA driver version is insufficient for CUDA runtime version|CUDA_ERROR_UNSUPPORTED_PTX_VERSION|compiled with an unsupported toolchain/,
    reason: () => 'the NVIDIA driver is too old for the CUDA that TensorFlow was built with',
    remedy: newDriver,
  },
  {
    cause: 'driver-too-old',
    pattern:
      /kernel version ([\d.]+) does not match DSO version ([\d.]+)|Driver\/library version mismatch|CUDA_ERROR_SYSTEM_DRIVER_MISMATCH/,
    reason: ([, kernel, library]) =>
      'the NVIDIA driver that runs is not the one that is installed' +
      (kernel === undefined ? '' : ` (${kernel} runs, ${library} is installed)`),
    remedy: 'Start the machine again: the driver was updated since it started.',
  },
  {
    cause: 'driver-absent',
    pattern:
      /library '?(?:libcuda\.so\.1|nvcuda\.dll)'?|libcuda\.so\.1: cannot open|Could not find cuda drivers|kernel driver does not appear to be running|couldn't communicate with the NVIDIA driver|cuInit: UNKNOWN ERROR \(303\)/,
    reason: () => 'no NVIDIA driver runs on this machine',
    remedy: `${newDriver} Without an NVIDIA card, use the engine webgpu or cpu.`,
  },
  {
    cause: 'cuda-library-absent',
    pattern: /Could not load (?:dynamic )?library '?((?:lib)?cu[\w.]+|libnv[\w.]+)/,
    reason: (_, text) => `${named(text)} cannot be loaded`,
    remedy:
      'Install CUDA and cuDNN of the versions that the names end in, and put their folders on the library path (LD_LIBRARY_PATH, on Windows PATH); "sluice engine install cuda --python" with "pip install tensorflow[and-cuda]" needs neither.',
  },
  {
    cause: 'cuda-library-absent',
    pattern: /Cannot dlopen some GPU libraries/,
    reason: () => 'a library of CUDA or cuDNN cannot be loaded; this TensorFlow does not say which',
    remedy:
      'In the Python environment, run: pip install "tensorflow[and-cuda]" – then "sluice engine install cuda --python" again.',
  },
  {
    cause: 'gpu-too-new',
    pattern:
      /CUDA_ERROR_INVALID_PTX|CUDA_ERROR_NO_BINARY_FOR_GPU|no kernel image is available for execution|CUDA_ERROR_INVALID_HANDLE/,
    reason: ([found]) => `the GPU is newer than what this TensorFlow was built for (${found})`,
    remedy:
      'Use a newer TensorFlow: in a Python environment, pip install -U "tensorflow[and-cuda]", then "sluice engine install cuda --python". The engine webgpu needs none.',
  },
  {
    cause: 'gpu-absent',
    pattern: /CUDA_ERROR_NO_DEVICE|no CUDA-capable device is detected|No devices were found/,
    reason: () => 'the driver finds no NVIDIA GPU',
    remedy: 'Check that nvidia-smi lists one, and that CUDA_VISIBLE_DEVICES does not hide it.',
  },
];

/**
 * What an error or the log of a native library means; null for what is not known, which is best shown as it is. `command` installs the
 * engine that it is about.
 */
export function explain(error: unknown, command = 'sluice engine install'): Explanation | null {
  const text = typeof error === 'string' ? error : messageOf(error);
  for (const { cause, pattern, reason, remedy } of rules) {
    const found = pattern.exec(text);
    if (found) return { cause, reason: reason(found, text), remedy: remedy.replace('{command}', command) };
  }
  return null;
}

/** The libraries that a log says were not loaded, each once. */
function named(log: string): string {
  const names = [...log.matchAll(/Could not load (?:dynamic )?library '?([\w.]+\w)/g)].map(([, name]) => name);
  const [last, ...others] = [...new Set(names)].reverse();
  return others.length === 0 ? last : `${others.reverse().join(', ')} and ${last}`;
}
