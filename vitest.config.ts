import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

/** Those of toys put modules in the place of others, which no file can that shares its modules. */
const windowTests = 'test/unit/renderer/**/!(toy-*).test.ts';
const timingTests = 'test/timing/**/*.test.ts';
const webgpuTests = 'test/unit/engine/webgpu/**/*.test.ts';
const longTests = 'test/**/*.long.test.ts';

/**
 * Most files of units share the processes that run them, as loading what they test takes longer than testing it. Not
 * those that put modules in the place of others, test engines, which a process has once, or say that they are in their "own process".
 */
const unitTests = readdirSync('test/unit', { recursive: true, encoding: 'utf8' })
  .filter((file) => /(?<!\.long)\.test\.ts$/.test(file) && !/^(renderer|engine)\b/.test(file))
  .map((file) => `test/unit/${file.replaceAll('\\', '/')}`)
  .filter((file) => !/vi\.mock\(|own process/.test(readFileSync(file, 'utf8')));

export default defineConfig({
  plugins: [vue()],
  test: {
    // Processes, not threads: the engine's libraries keep state of their own, and a crash names its file.
    pool: 'forks',
    // Much of the time is waiting for processes that tests start.
    maxWorkers: Math.max(2, availableParallelism()) + 1,
    sequence: { sequencer: LongestFirst },
    testTimeout: 30_000,
    setupFiles: ['./test/support/after-each.ts', './test/support/seeded.ts'],
    // As long as a busy machine needs; what holds at once is not waited for.
    expect: { poll: { timeout: 20_000 } },
    // Elsewhere tests are about other engines, and a GPU may give other last bits.
    env: { SLUICE_WEBGPU_ADAPTER: 'none' },
    reporters: ['default', './test/support/slowest-files.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'lab',
          include: ['test/**/*.test.ts'],
          exclude: [windowTests, timingTests, webgpuTests, longTests, ...unitTests],
          globalSetup: './test/support/current-build.ts',
        },
      },
      {
        extends: true,
        test: { name: 'units', include: unitTests, globalSetup: './test/support/current-build.ts', isolate: false },
      },
      {
        // On SwiftShader where there is one, else on the GPU of the machine. Shaders are slow to compile, so that a process
        // does it once for all files it gets.
        extends: true,
        test: {
          name: 'webgpu',
          include: ['test/conformance/engine.test.ts', webgpuTests],
          env: { SLUICE_WEBGPU_ADAPTER: '', SLUICE_CONFORMANCE: 'webgpu' },
          setupFiles: ['./test/support/webgpu-setup.ts', './test/support/after-each.ts'],
          globalSetup: './test/support/current-build.ts',
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'window',
          include: [windowTests],
          environment: 'happy-dom',
          // Loading the window takes longer than most of its tests: a process does it once for all of its files.
          isolate: false,
        },
      },
      {
        // Processes killed and stalled, messages mutated by the hundred thousand, memory watched over many steps.
        extends: true,
        test: { name: 'long', include: [longTests], globalSetup: './test/support/current-build.ts' },
      },
      {
        // What is measured by the clock: one file at a time, and no part of "npm test", as a busy machine may fail it.
        extends: true,
        test: { name: 'timing', include: [timingTests], globalSetup: './test/support/current-build.ts', maxWorkers: 1 },
      },
    ],
  },
});
