import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { SluiceError } from '../errors.ts';

/** A TensorFlow that a Python environment has, with what an addon is built from. */
export interface PythonTensorflow {
  /** The interpreter, as it names itself. */
  readonly python: string;
  readonly version: string;
  readonly include: string;
  /** libtensorflow_cc and libtensorflow_framework. */
  readonly libraries: readonly [main: string, framework: string];
  /** What it was built for; null where that is the CPU alone. */
  readonly cuda: { version: string | null; cudnn: string | null; capabilities: string[] } | null;
  /** The libraries of NVIDIA that pip installed beside it. */
  readonly preload: readonly string[];
}

/** The versions whose C interface is the one the addon calls; a newer one is entered here when it has been tried. */
const oldest = [2, 16] as const;
const newest = [2, 21] as const;

/**
 * Asked without importing TensorFlow, which takes long and writes a lot, and without leaving compiled files behind. The libraries
 * of NVIDIA come in the order in which they need each other.
 */
const question = `
import glob, importlib.metadata, importlib.util, json, os, sys
answer = {'python': sys.executable, 'version': None, 'folder': None, 'build': {}, 'nvidia': []}
spec = importlib.util.find_spec('tensorflow')
if spec is not None and spec.origin:
    answer['folder'] = folder = os.path.dirname(os.path.realpath(spec.origin))
    for name in ('tensorflow', 'tensorflow-cpu', 'tensorflow-macos', 'tensorflow-gpu', 'tf-nightly', 'tensorflow-cpu-aws'):
        try:
            answer['version'] = importlib.metadata.version(name)
            break
        except importlib.metadata.PackageNotFoundError:
            pass
    build = {}
    try:
        with open(os.path.join(folder, 'python', 'platform', 'build_info.py')) as file:
            exec(file.read(), build)
        answer['build'] = dict(build['build_info'])
    except Exception:
        pass
    order = ['cuda_runtime', 'nvjitlink', 'cuda_nvrtc', 'cublas', 'cufft', 'curand', 'cusparse', 'cusolver', 'cudnn', 'nccl', 'cuda_cupti']
    for part in order:
        found = glob.glob(os.path.join(os.path.dirname(folder), 'nvidia', part, 'lib', 'lib*.so.*'))
        answer['nvidia'] += sorted(found, key=lambda path: ('Lt' not in path, path))
print(json.dumps(answer))
`;

const answerSchema = z.object({
  python: z.string(),
  version: z.string().nullable(),
  folder: z.string().nullable(),
  build: z.object({
    is_cuda_build: z.boolean().optional(),
    cuda_version: z.string().optional(),
    cudnn_version: z.string().optional(),
    cuda_compute_capabilities: z.array(z.string()).optional(),
  }),
  nvidia: z.array(z.string()),
});

/**
 * Looks at the TensorFlow of a Python environment, given by its interpreter or its folder. Errors: `python-unusable`,
 * `tensorflow-missing`, `tensorflow-version`, each with path `python`.
 */
export async function inspectPython(given: string): Promise<PythonTensorflow> {
  if (process.platform === 'win32') {
    refuse(
      'python-unusable',
      'The TensorFlow that Python has on Windows exports no C interface. Leave --python out: Sluice then gets TensorFlow 2.9.1 itself. For an NVIDIA card, take the engine webgpu, or Sluice in WSL 2.',
    );
  }
  const python = interpreterOf(given);
  const { version, folder, build, nvidia, ...answer } = await ask(python);
  if (version === null || folder === null) {
    refuse(
      'tensorflow-missing',
      `${python} has no TensorFlow. Install one into it with "${python} -m pip install tensorflow" (for an NVIDIA card: "tensorflow[and-cuda]"), or name another Python.`,
    );
  }
  const [major, minor] = version.split('.').map(Number);
  if (major !== 2 || minor < oldest[1] || minor > newest[1]) {
    refuse(
      'tensorflow-version',
      `${python} has TensorFlow ${version}; Sluice builds on ${oldest.join('.')} to ${newest.join('.')}. Run "${python} -m pip install 'tensorflow==${newest.join('.')}.*'", or name another Python.`,
    );
  }
  return {
    python: answer.python,
    version,
    ...partsOf(folder, version),
    cuda: build.is_cuda_build
      ? {
          version: build.cuda_version ?? null,
          cudnn: build.cudnn_version ?? null,
          capabilities: build.cuda_compute_capabilities ?? [],
        }
      : null,
    preload: build.is_cuda_build ? nvidia : [],
  };
}

function partsOf(folder: string, version: string): Pick<PythonTensorflow, 'include' | 'libraries'> {
  const include = join(folder, 'include');
  const name = (part: string): string =>
    join(folder, process.platform === 'darwin' ? `libtensorflow_${part}.2.dylib` : `libtensorflow_${part}.so.2`);
  const libraries = [name('cc'), name('framework')] as const;
  for (const path of [join(include, 'tensorflow', 'c', 'c_api.h'), ...libraries]) {
    if (existsSync(path)) continue;
    refuse(
      'tensorflow-missing',
      `TensorFlow ${version} in ${folder} has no ${path}. Sluice needs TensorFlow as pip installs it: install it anew, or name another Python.`,
    );
  }
  return { include, libraries };
}

/** The interpreter of an environment whose folder is given. */
function interpreterOf(given: string): string {
  if (!existsSync(given)) {
    // A name on the search path, such as python3.
    if (!/[\\/]/.test(given)) return given;
    refuse(
      'python-unusable',
      `There is no Python at ${given}. Give the path of its interpreter, or of its environment.`,
    );
  }
  if (!statSync(given).isDirectory()) return given;
  const found = ['bin/python3', 'bin/python'].map((name) => join(given, name)).find((path) => existsSync(path));
  return found ?? refuse('python-unusable', `${given} is no Python environment: it has no bin/python3.`);
}

function ask(python: string): Promise<z.infer<typeof answerSchema>> {
  return new Promise((resolve, reject) =>
    execFile(python, ['-B', '-c', question], { timeout: 60_000, maxBuffer: 2 ** 24 }, (error, out, err) => {
      try {
        if (error) throw new Error(err.trim().split('\n').at(-1) || error.message);
        resolve(answerSchema.parse(JSON.parse(out.trim().split('\n').at(-1) ?? '')));
      } catch (problem) {
        reject(
          new SluiceError(
            'python-unusable',
            `${python} does not answer as a Python (${(problem as Error).message.split('\n')[0]}). Give the path of an interpreter of Python 3.9 or newer.`,
            { path: 'python' },
          ),
        );
      }
    }),
  );
}

function refuse(code: string, message: string): never {
  throw new SluiceError(code, message, { path: 'python' });
}
