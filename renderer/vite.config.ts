import vue from '@vitejs/plugin-vue';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Nothing of Node reaches a page. */
function withoutNode(): Plugin {
  return {
    name: 'without-node',
    enforce: 'pre',
    resolveId(id, importer) {
      if (id.startsWith('node:') && id !== 'node:zlib')
        throw new Error(`${importer} imports ${id}, which no browser has.`);
      return null;
    },
  };
}

export default defineConfig({
  root: here('.'),
  // Served at the root of a host, and by the desktop's own protocol.
  base: './',
  plugins: [withoutNode(), vue()],
  define: { __VUE_OPTIONS_API__: false, __VUE_PROD_DEVTOOLS__: false },
  // What the codecs compress and draw with on the page of a device; the window of the lab does not have them.
  resolve: {
    alias: [
      { find: 'node:zlib', replacement: here('device/zlib.ts') },
      { find: './parts/grey-pictures.ts', replacement: here('device/grey-pictures.ts') },
    ],
  },
  worker: { format: 'es', plugins: () => [withoutNode()] },
  build: {
    outDir: here('../dist/renderer'),
    emptyOutDir: true,
    // Fonts and pictures stay files: the content security policy allows no data: fonts.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    sourcemap: true,
    rolldownOptions: { input: { index: here('index.html'), device: here('device.html') } },
  },
});
