import { join } from 'node:path';
import { app } from 'electron';
import { sluiceHome } from '../main/home.ts';

const root = app.getAppPath();
// The lab's processes run as plain Node and open kernels and libraries by path: an installed app has them as files.
const files = root.replace(/app\.asar$/, 'app.asar.unpacked');

/** Where things are. */
export const places = {
  home: sluiceHome(),
  host: join(files, 'dist', 'main', 'lab', 'window', 'utility.js'),
  renderer: join(root, 'dist', 'renderer'),
  preload: join(root, 'dist', 'preload', 'preload.cjs'),
  icon: join(root, 'resources', 'icons', '512x512.png'),
} as const;
