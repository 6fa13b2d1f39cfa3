import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

const windowTests = 'test/unit/renderer/**/*.test.ts';

export default defineConfig({
  test: {
    // Processes, not threads: the engine's libraries keep state of their own, and a crash names its file.
    pool: 'forks',
    testTimeout: 30_000,
    projects: [
      { extends: true, test: { name: 'lab', include: ['test/**/*.test.ts'], exclude: [windowTests] } },
      {
        extends: true,
        plugins: [vue()],
        test: { name: 'window', include: [windowTests], environment: 'happy-dom' },
      },
    ],
  },
});
