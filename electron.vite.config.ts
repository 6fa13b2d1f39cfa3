import { fileURLToPath } from 'node:url';
import { defineConfig } from 'electron-vite';
import renderer from './renderer/vite.config.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Bundles the desktop shell alone. The lab it starts is what tsc wrote to dist/main, the same files that run from the
 * terminal; the window is built by renderer/vite.config.ts, and served from its sources while developing.
 */
export default defineConfig(({ command }) => ({
  main: {
    build: {
      outDir: here('dist/electron'),
      externalizeDeps: false,
      rolldownOptions: { input: { main: here('electron/main.ts') } },
    },
  },
  preload: {
    build: {
      outDir: here('dist/preload'),
      externalizeDeps: false,
      // What a sandboxed page can load is one CommonJS file.
      rolldownOptions: {
        input: { preload: here('electron/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  ...(command === 'serve' && { renderer }),
}));
