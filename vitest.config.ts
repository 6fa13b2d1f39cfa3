import { availableParallelism } from 'node:os';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

/** Those of toys put modules in the place of others, which no file can that shares its modules. */
const windowTests = 'test/unit/renderer/**/!(toy-*).test.ts';
const timingTests = 'test/timing/**/*.test.ts';

export default defineConfig({
  plugins: [vue()],
  test: {
    // Processes, not threads: the engine's libraries keep state of their own, and a crash names its file.
    pool: 'forks',
    // Much of the time is waiting for processes that tests start.
    maxWorkers: Math.max(2, availableParallelism()) + 1,
    sequence: { sequencer: LongestFirst },
    testTimeout: 30_000,
    // As long as a busy machine needs; what holds at once is not waited for.
    expect: { poll: { timeout: 20_000 } },
    reporters: ['default', './test/support/slowest-files.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'lab',
          include: ['test/**/*.test.ts'],
          exclude: [windowTests, timingTests],
          globalSetup: './test/support/current-build.ts',
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
        // What is measured by the clock: one file at a time, and no part of "npm test", as a busy machine may fail it.
        extends: true,
        test: { name: 'timing', include: [timingTests], globalSetup: './test/support/current-build.ts', maxWorkers: 1 },
      },
    ],
  },
});
