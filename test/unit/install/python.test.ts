import { execFileSync } from 'node:child_process';
import { chmodSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inspectPython } from '../../../main/install/python.ts';
import { planInstall } from '../../../main/install/plan.ts';
import { scratchFolder, writeFile } from '../../support/datasets.ts';
import { onUnix, where } from '../../support/where.ts';

/** Of the machine: it is asked as a user's would be. */
const python3 = ((): string | null => {
  try {
    const code = 'import sys; assert sys.version_info >= (3, 9); print(sys.executable)';
    return process.platform === 'win32' ? null : execFileSync('python3', ['-c', code], { encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
})();

const withPython = where(python3 !== null, 'no Python');

const gpuBuild = {
  is_cuda_build: 'True',
  cuda_version: "'12.5.1'",
  cudnn_version: "'9'",
  cuda_compute_capabilities: "['sm_80', 'compute_90']",
};

/** An environment with a TensorFlow as pip lays it out, whose import would fail. */
function environment({ version = '2.17.1', build = {}, libraries = true, nvidia = [] as string[] } = {}): string {
  const folder = realpathSync(scratchFolder());
  const site = join(folder, 'site');
  const package_ = join(site, 'tensorflow');
  writeFile(join(package_, '__init__.py'), 'raise RuntimeError("it is not to be imported")');
  writeFile(join(site, `tensorflow_cpu-${version}.dist-info/METADATA`), `Name: tensorflow-cpu\nVersion: ${version}\n`);
  const info = Object.entries(build).map(([name, value]) => `('${name}', ${String(value)})`);
  writeFile(
    join(package_, 'python/platform/build_info.py'),
    `import collections\nbuild_info = collections.OrderedDict([${info.join(', ')}])\n`,
  );
  writeFile(join(package_, 'include/tensorflow/c/c_api.h'), '');
  const extension = process.platform === 'darwin' ? '.2.dylib' : '.so.2';
  if (libraries)
    for (const part of ['cc', 'framework']) writeFile(join(package_, `libtensorflow_${part}${extension}`), '');
  for (const path of nvidia) writeFile(join(site, 'nvidia', path), '');
  const script = writeFile(join(folder, 'bin/python3'), `#!/bin/sh\nPYTHONPATH='${site}' exec '${python3}' "$@"\n`);
  chmodSync(script, 0o755);
  return folder;
}

withPython.it('a TensorFlow is found by the folder of its environment, without being imported', async () => {
  const folder = environment();
  const found = await inspectPython(folder);
  const site = join(folder, 'site/tensorflow');
  expect(found).toMatchObject({ version: '2.17.1', include: join(site, 'include'), cuda: null, preload: [] });
  expect(found.libraries.map((path) => path.startsWith(join(site, 'libtensorflow_')))).toEqual([true, true]);
  expect(await inspectPython(join(folder, 'bin/python3'))).toEqual(found);
});

withPython.it(
  'one for CUDA says what it was built for, and which libraries pip has for it, in their order',
  async () => {
    const nvidia = [
      'cudnn/lib/libcudnn.so.9',
      'cublas/lib/libcublas.so.12',
      'cublas/lib/libcublasLt.so.12',
      'cublas/readme',
    ];
    const folder = environment({ build: gpuBuild, nvidia });
    const { cuda, preload } = await inspectPython(folder);
    expect(cuda).toEqual({ version: '12.5.1', cudnn: '9', capabilities: ['sm_80', 'compute_90'] });
    const lib = (path: string): string => join(folder, 'site/nvidia', path);
    expect(preload).toEqual([nvidia[2], nvidia[1], nvidia[0]].map(lib));
  },
);

const unsuited: readonly [code: string, given: Parameters<typeof environment>[0], said: RegExp][] = [
  ['tensorflow-version', { version: '2.15.1' }, /TensorFlow 2\.15\.1; Sluice builds on 2\.16 to 2\.21/],
  ['tensorflow-version', { version: '2.22.0' }, /tensorflow==2\.21/],
  ['tensorflow-missing', { libraries: false }, /libtensorflow_cc/],
];

for (const [code, given, said] of unsuited) {
  withPython.it(`${code} is said of ${JSON.stringify(given)}`, async () => {
    await expect(inspectPython(environment(given))).rejects.toMatchObject({
      code,
      path: 'python',
      message: expect.stringMatching(said) as string,
    });
  });
}

withPython.it(
  'an environment without TensorFlow, or without CUDA for the engine that needs it, is told what to run',
  async () => {
    const bare = scratchFolder();
    const script = writeFile(join(bare, 'bin/python3'), `#!/bin/sh\nexec '${python3}' -S "$@"\n`);
    chmodSync(script, 0o755);
    await expect(inspectPython(bare)).rejects.toMatchObject({
      code: 'tensorflow-missing',
      message: expect.stringContaining('-m pip install tensorflow') as string,
    });
    await expect(planInstall('cuda', environment())).rejects.toMatchObject({
      code: 'tensorflow-without-cuda',
      message: expect.stringContaining('pip install "tensorflow[and-cuda]"') as string,
    });
  },
);

onUnix.it('what is no Python is refused', async () => {
  const folder = scratchFolder();
  const talker = writeFile(join(folder, 'talker'), '#!/bin/sh\necho hello\n');
  chmodSync(talker, 0o755);
  await expect(inspectPython(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'python-unusable' });
  await expect(inspectPython(folder)).rejects.toMatchObject({
    message: expect.stringContaining('bin/python3') as string,
  });
  await expect(inspectPython(talker)).rejects.toMatchObject({
    code: 'python-unusable',
    message: expect.stringContaining('does not answer as a Python') as string,
  });
});
