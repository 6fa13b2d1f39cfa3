import type { EngineName } from '../../main/engine/choices.ts';

/**
 * Where engines have passed this suite. An engine that a machine has not got is skipped there, so one that is proven in
 * main/engine/names.ts needs an entry here.
 */
export const passed: Readonly<Partial<Record<EngineName, string>>> = {
  webgpu: "SwiftShader of Debian's Chromium 156, and again wherever a test run finds one (project webgpu)",
  tensorflow: 'TensorFlow 2.21.0 on Linux, x86-64 with AVX2; .ci/run repeats it where it can install it',
  cpu: 'wherever .ci/run does: it is on every machine, and fails the suite where it does not open',
};
