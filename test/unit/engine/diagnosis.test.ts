import { describe, expect, it } from 'vitest';
import { describedEngine } from '../../../main/engine/choices.ts';
import { explain, type Cause } from '../../../main/engine/diagnosis/explain.ts';
import { nvidiaGpus, parseGpus, runs, unsuited } from '../../../main/engine/diagnosis/nvidia.ts';
import { verdict, type Surroundings } from '../../../main/engine/diagnosis/verdict.ts';
import type { EngineReport } from '../../../main/engine/engine.ts';

/** As users of TensorFlow, CUDA, Node and Dawn have reported them, and what is asked of the words: the names they need. */
const recorded: readonly [Cause, text: string, said: RegExp][] = [
  [
    'package-absent',
    "Cannot find package '@tensorflow/tfjs-node-gpu' imported from /app/dist/main/engine/cuda.js",
    /tfjs-node-gpu is not installed.*Run: sluice engine install cuda$/,
  ],
  [
    'addon-absent',
    "The Node.js native addon module (tfjs_binding.node) can not be found at path: /app/node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node. \nPlease run command 'npm rebuild @tensorflow/tfjs-node --build-addon-from-source' to rebuild the native addon module.",
    /not built.*apt install g\+\+.*xcode-select/,
  ],
  [
    'addon-foreign',
    "The module '/h/engines/tensorflow/node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node'\nwas compiled against a different Node.js version using\nNODE_MODULE_VERSION 93. This version of Node.js requires\nNODE_MODULE_VERSION 115.",
    /another Node.*sluice engine install cuda" again/,
  ],
  [
    'addon-foreign',
    "dlopen(/h/tfjs_binding.node, 0x0001): tried: '/h/tfjs_binding.node' (mach-o file, but is an incompatible architecture (have 'x86_64', need 'arm64'))",
    /another processor \(incompatible architecture\)/,
  ],
  ['addon-foreign', '/h/tfjs_binding.node: invalid ELF header', /invalid ELF header/],
  [
    'library-absent',
    'libtensorflow_cc.so.2: cannot open shared object file: No such file or directory',
    /libtensorflow_cc\.so\.2 is not where it was/,
  ],
  [
    'library-absent',
    'dlopen(/h/tfjs_binding.node, 0x0001): Library not loaded: @rpath/libtensorflow.2.dylib\n  Referenced from: /h/tfjs_binding.node',
    /libtensorflow\.2\.dylib is not where it was/,
  ],
  [
    'library-absent',
    'The specified module could not be found.\n\\\\?\\C:\\engines\\tensorflow\\node_modules\\@tensorflow\\tfjs-node\\lib\\napi-v8\\tfjs_binding.node',
    /tensorflow\.dll/,
  ],
  [
    'library-other',
    '/h/tfjs_binding.node: undefined symbol: TFE_NewTensorHandle',
    /another than the addon was built for \(it lacks TFE_NewTensorHandle\)/,
  ],
  [
    'system-too-old',
    "/lib/x86_64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /h/webgpu/dist/linux-x64/dawn.node)",
    /GLIBCXX_3\.4\.32/,
  ],
  [
    'cuda-library-absent',
    "2024-05-06 00:05:33.767399: W tensorflow/stream_executor/platform/default/dso_loader.cc:64] Could not load dynamic library 'libcudnn.so.8'; dlerror: libcudnn.so.8: cannot open shared object file: No such file or directory\n2024-05-06 00:05:33.767416: W tensorflow/core/common_runtime/gpu/gpu_device.cc:1850] Cannot dlopen some GPU libraries. Please make sure the missing libraries mentioned above are installed properly if you would like to use GPU.",
    /^libcudnn\.so\.8 cannot be loaded.*CUDA and cuDNN/,
  ],
  [
    'cuda-library-absent',
    "dso_loader.cc:60] Could not load dynamic library 'libcusolver.so.11'; dlerror: libnvJitLink.so.12: cannot open shared object file\ndso_loader.cc:60] Could not load dynamic library 'libcublas.so.11'; dlerror: libcublas.so.11: cannot open\ndso_loader.cc:60] Could not load dynamic library 'libcusolver.so.11'; dlerror: libnvJitLink.so.12: cannot open",
    /^libcusolver\.so\.11 and libcublas\.so\.11 cannot be loaded/,
  ],
  [
    'cuda-library-absent',
    'Could not load library cudnn_cnn_infer64_8.dll. Error code 126\nPlease make sure cudnn_cnn_infer64_8.dll is in your library path!',
    /^cudnn_cnn_infer64_8\.dll cannot be loaded/,
  ],
  [
    'cuda-library-absent',
    'W0000 00:00:1716292301.123456 2343 gpu_device.cc:2344] Cannot dlopen some GPU libraries. Please make sure the missing libraries mentioned above are installed properly if you would like to use GPU. Follow the guide at https://www.tensorflow.org/install/gpu',
    /does not say which.*tensorflow\[and-cuda\]/,
  ],
  [
    'driver-absent',
    "2022-03-02 10:11:12.131415: W tensorflow/stream_executor/platform/default/dso_loader.cc:64] Could not load dynamic library 'libcuda.so.1'; dlerror: libcuda.so.1: cannot open shared object file: No such file or directory\nE tensorflow/stream_executor/cuda/cuda_driver.cc:271] failed call to cuInit: UNKNOWN ERROR (303)",
    /no NVIDIA driver runs/,
  ],
  [
    'driver-absent',
    'I0000 00:00:1721905731.304889 cudart_stub.cc:28] Could not find cuda drivers on your machine, GPU will not be used.',
    /no NVIDIA driver runs/,
  ],
  [
    'driver-absent',
    'cuda_driver.cc:314] failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected\ncuda_diagnostics.cc:156] kernel driver does not appear to be running on this host (16c54693e7f2): /proc/driver/nvidia/version does not exist',
    /no NVIDIA driver runs/,
  ],
  [
    'driver-too-old',
    'cudaGetDevice() failed. Status: CUDA driver version is insufficient for CUDA runtime version',
    /too old for the CUDA/,
  ],
  [
    'driver-too-old',
    'E tensorflow/stream_executor/cuda/cuda_diagnostics.cc:313] kernel version 470.82.1 does not match DSO version 510.47.3 -- cannot find working devices in this configuration',
    /470\.82\.1 runs, 510\.47\.3 is installed.*Start the machine again/,
  ],
  [
    'gpu-absent',
    'E tensorflow/stream_executor/cuda/cuda_driver.cc:328] failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected\nkernel version seems to match DSO: 515.43.4',
    /finds no NVIDIA GPU.*CUDA_VISIBLE_DEVICES/,
  ],
  [
    'gpu-too-new',
    "tf_gpu_runtime_wrappers.cc:40] 'cuModuleLoadData(&module, data)' failed with 'CUDA_ERROR_INVALID_PTX'",
    /newer than what this TensorFlow was built for.*webgpu/,
  ],
];

describe('explain', () => {
  it.each(recorded)('tells %s from %s', (cause, text, said) => {
    const found = explain(new Error(text), 'sluice engine install cuda');
    expect(found?.cause).toBe(cause);
    expect(`${found?.reason}. ${found?.remedy}`).toMatch(said);
  });

  it('leaves what it does not know to be shown as it is', () => {
    expect(explain(new Error('No OpKernel was registered to support Op'))).toBeNull();
    expect(explain('TensorFlow binary is optimized with oneAPI Deep Neural Network Library (oneDNN)')).toBeNull();
  });
});

const [h200, rtx5080] = parseGpus(
  'NVIDIA H200, 143771, 550.90.07, 9.0\nNVIDIA GeForce RTX 5080, 16303, 581.29, 12.0\n',
);

describe('cards', () => {
  it('are read from what nvidia-smi says, with and without a compute capability', () => {
    expect(h200).toEqual({ name: 'NVIDIA H200', memory: 143_771 * 2 ** 20, driver: '550.90.07', capability: 9 });
    const [old] = parseGpus('Tesla K80, 11441, 470.82.01, [Not Supported]');
    expect(old.capability).toBeNull();
  });

  it.each([
    [
      "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.",
      'driver-absent',
    ],
    ['Failed to initialize NVML: Driver/library version mismatch', 'driver-too-old'],
    ['No devices were found', 'gpu-absent'],
  ])('are not there when it says "%s"', (text, cause) => {
    expect(parseGpus(text)).toEqual([]);
    expect(explain(text)?.cause).toBe(cause);
  });

  it('are not there where there is no nvidia-smi: no driver is', async () => {
    expect(await nvidiaGpus(['/nowhere/nvidia-smi'])).toMatchObject({ cause: 'driver-absent' });
  });

  it.each([
    [8.6, ['sm_80', 'compute_90'], 'built'],
    [8.0, ['sm_75', 'compute_80'], 'built'],
    [9.0, ['sm_75', 'compute_80'], 'compiled'],
    [12.0, ['sm_90', 'compute_90'], 'never'],
    [12.0, ['sm_90', 'sm_120'], 'built'],
    [3.0, ['sm_35', 'compute_80'], 'never'],
    [9.0, [], 'built'],
  ] as const)('of capability %s run code for %s: %s', (capability, built, expected) => {
    expect(runs(capability, built)).toBe(expected);
  });

  it('need a driver as new as the CUDA that was built with, which another system counts otherwise', () => {
    const cuda = { version: '12.5.1', capabilities: ['sm_80'] };
    const old = { ...h200, driver: '526.10', capability: 8 };
    expect(unsuited({ ...old, driver: '470.82.01' }, cuda, 'linux')).toMatchObject({
      cause: 'driver-too-old',
      reason: 'the driver 470.82.01 of NVIDIA H200 is too old for CUDA 12.5.1',
      remedy: expect.stringContaining('Install driver 525.6 or newer') as string,
    });
    expect(unsuited(old, cuda, 'linux')).toBeNull();
    expect(unsuited(old, cuda, 'win32')).toMatchObject({ cause: 'driver-too-old' });
  });
});

describe('verdict', () => {
  const cuda = describedEngine('cuda');
  const failed: EngineReport = { ...cuda, available: false, detail: 'TensorFlow finds no CUDA GPU', remedy: 'Look.' };
  const around: Surroundings = { log: '', gpus: [h200], installed: null };
  const installed = {
    cuda: { version: '12.5.1', cudnn: '9', capabilities: ['sm_80', 'sm_89', 'compute_90'] },
    python: '/venv/bin/python3',
  } as NonNullable<Surroundings['installed']>;

  it('names the GPU, its memory, compute capability and driver', () => {
    const report = { ...cuda, available: true, detail: 'TensorFlow 2.21.0, CUDA' };
    expect(verdict(report, { ...around, installed })).toEqual({
      ...report,
      detail: 'NVIDIA H200, 140 GiB, compute capability 9.0, driver 550.90.07, TensorFlow 2.21.0, CUDA',
    });
    expect(verdict(report, { ...around, installed, gpus: [rtx5080] })).toMatchObject({
      available: false,
      cause: 'gpu-too-new',
    });
    // What TensorFlow itself offers was built before there were such cards.
    expect(verdict(report, around).remedy).toContain('at the first start');
  });

  it('puts the error of loading before the state of the cards, and that before the log', () => {
    const absent = explain('No devices were found')!;
    const library = 'libtensorflow_cc.so.2: cannot open shared object file: No such file or directory';
    const log = "Could not load dynamic library 'libcudnn.so.8'; dlerror: …";
    const said = (report: EngineReport, changes: Partial<Surroundings>): unknown =>
      verdict(report, { ...around, installed, log, ...changes }).cause;
    expect(said({ ...failed, detail: library }, { gpus: absent })).toBe('library-absent');
    expect(said(failed, { gpus: absent })).toBe('gpu-absent');
    expect(said(failed, { gpus: [rtx5080] })).toBe('gpu-too-new');
    expect(said(failed, { gpus: [rtx5080, h200] })).toBe('cuda-library-absent');
    expect(verdict(failed, { ...around, installed })).toEqual({ ...failed, cause: 'gpu-absent' });
  });

  it('says how to install anew what was built on a Python environment', () => {
    const report = { ...failed, detail: '/h/tfjs_binding.node: invalid ELF header' };
    expect(verdict(report, { ...around, installed }).remedy).toContain(
      '"sluice engine install cuda --python /venv/bin/python3"',
    );
  });

  it('says of an adapter of WebGPU that it is a software one', () => {
    const webgpu = { ...describedEngine('webgpu'), available: true };
    const software = verdict({ ...webgpu, detail: 'SwiftShader driver 5.0.0, WebGPU, Dawn' }, around);
    expect(software.detail).toContain('(software, on the processor)');
    expect(software.remedy).toContain('cpu engine is much faster');
    const card = { ...webgpu, detail: 'NVIDIA GeForce RTX 5080, WebGPU, Dawn' };
    expect(verdict(card, around)).toEqual(card);
  });
});
