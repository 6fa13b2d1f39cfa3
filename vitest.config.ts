import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Processes, not threads: the engine's libraries keep state of their own, and a crash names its file.
    pool: 'forks',
    testTimeout: 30_000,
  },
});
