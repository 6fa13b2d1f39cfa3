import { dirname } from 'node:path';
import { SluiceError } from '../errors.ts';
import { buildAddon, findCompiler } from './addon.ts';
import { nodeApiHeaders, tarballOf } from './pinned.ts';
import type { LibraryPlan, TensorflowEngine } from './plan.ts';
import { inspectPython } from './python.ts';

/** The addon built on the TensorFlow of a Python environment, which stays as it is and has to stay where it is. */
export async function fromPython(engine: TensorflowEngine, given: string): Promise<LibraryPlan> {
  const { python, version, include, libraries, cuda, preload } = await inspectPython(given);
  if (engine === 'cuda' && !cuda) {
    throw new SluiceError(
      'tensorflow-without-cuda',
      `The TensorFlow ${version} of ${python} was built without CUDA. Run: ${python} -m pip install "tensorflow[and-cuda]" – or install the engine tensorflow, which is the same on the processor.`,
      { path: 'python' },
    );
  }
  const compiler = await findCompiler();
  return {
    facts: { source: 'python', tensorflow: version, library: libraries[0], python, cuda, preload: [...preload] },
    room: 20e6,
    files: (registry) => Promise.resolve([tarballOf(nodeApiHeaders, registry)]),
    place: (work) => buildAddon(compiler, work, { include, libraries, rpath: dirname(libraries[0]) }),
  };
}
