import { availableParallelism } from 'node:os';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

const windowTests = 'test/unit/renderer/**/*.test.ts';
const timingTests = 'test/timing/**/*.test.ts';

export default defineConfig({
  test: {
    // Processes, not threads: the engine's libraries keep state of their own, and a crash names its file.
    pool: 'forks',
    // Much of the time is waiting for processes that tests start.
    maxWorkers: Math.max(2, availableParallelism()),
    testTimeout: 30_000,
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
        plugins: [vue()],
        test: { name: 'window', include: [windowTests], environment: 'happy-dom' },
      },
      {
        // What is measured by the clock: one file at a time, and no part of "npm test", as a busy machine may fail it.
        extends: true,
        test: { name: 'timing', include: [timingTests], globalSetup: './test/support/current-build.ts', maxWorkers: 1 },
      },
    ],
  },
});
