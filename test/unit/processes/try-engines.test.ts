import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { InstalledEngine } from '../../../main/engine/installed.ts';
import { tryEngine } from '../../../main/processes/task/try-engines.ts';
import { useHome, writeFile } from '../../support/datasets.ts';

// In its own process: what it sets in the environment is for the processes that it starts.

const manifest: InstalledEngine = {
  format: 1,
  name: 'tensorflow',
  packages: { '@tensorflow/tfjs-node': '4.22.0' },
  source: 'python',
  tensorflow: '2.21.0',
  library: '/nowhere',
  python: null,
  cuda: null,
  preload: [],
  installedAt: '2026-11-30',
  files: {},
};

/** The engine tensorflow as it is installed, but for its addon, which is this text, or is not there. */
function install(addon: string | null, engines: string): void {
  const folder = join(engines, 'tensorflow');
  const modules = join(folder, 'node_modules/@tensorflow');
  const backend = join(modules, 'tfjs-node');
  for (const name of ['tfjs', 'tfjs-core']) {
    writeFile(join(modules, name, 'package.json'), `{"name":"@tensorflow/${name}","main":"index.js"}`);
    writeFile(join(modules, name, 'index.js'), '');
  }
  writeFile(join(folder, 'engine.json'), JSON.stringify(manifest));
  writeFile(join(backend, 'package.json'), '{"name":"@tensorflow/tfjs-node","version":"4.22.0"}');
  writeFile(join(backend, 'dist/proto/api_pb.js'), '');
  if (addon !== null) writeFile(join(backend, 'lib/napi-v8/tfjs_binding.node'), addon);
}

it('an engine that is not installed, not built or built for another machine is told by its cause', async () => {
  const home = useHome();
  const tryIn = (name: string, addon?: string | null) => {
    const engines = join(home, name);
    if (addon !== undefined) install(addon, engines);
    return tryEngine('tensorflow', { engines, installed: manifest });
  };
  const reports = await Promise.all([tryIn('absent'), tryIn('unbuilt', null), tryIn('foreign', 'no library at all')]);
  expect(reports.map(({ available }) => available)).toEqual([false, false, false]);
  expect(reports.map(({ cause }) => cause)).toEqual(['package-absent', 'addon-absent', 'addon-foreign']);
  expect(reports[0].remedy).toBe('Run: sluice engine install tensorflow');
});

it('a driver that crashes takes its own process along, and nothing else', async () => {
  const home = useHome();
  // What a library of the system may do when it is loaded is done here when the engine is tried.
  const crash = writeFile(join(home, 'crash.cjs'), "process.once('message', () => process.abort());");
  const before = process.env['NODE_OPTIONS'];
  process.env['NODE_OPTIONS'] = `--require "${crash.replaceAll('\\', '/')}"`;
  onTestFinished(() => {
    if (before === undefined) delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = before;
  });
  const report = await tryEngine('cpu');
  expect(report).toMatchObject({ available: false, cause: 'crashed' });
  expect(report.detail).toMatch(/ended the process that tried it/);
});
