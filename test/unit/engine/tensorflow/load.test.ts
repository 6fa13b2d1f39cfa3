import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openEngine } from '../../../../main/engine/engine.ts';
import type { InstalledEngine } from '../../../../main/engine/installed.ts';
import { prepareEnvironment } from '../../../../main/engine/tensorflow/environment.ts';
import { findPackage } from '../../../../main/engine/tensorflow/packages.ts';
import { temporaryFolder } from '../../../support/run-store.ts';

afterEach(() => vi.unstubAllEnvs());

const installed: InstalledEngine = {
  format: 1,
  name: 'tensorflow',
  packages: { '@tensorflow/tfjs-node': '4.22.0' },
  source: 'python',
  tensorflow: '2.21.0',
  library: null,
  python: null,
  cuda: null,
  preload: [],
  installedAt: '2026-11-30T12:00:00Z',
  files: {},
};

/** An engine as it is installed, with these files of its package. */
function install(files: Readonly<Record<string, string>>): string {
  const engines = temporaryFolder();
  vi.stubEnv('SLUICE_ENGINES', engines);
  const modules = join(engines, 'tensorflow', 'node_modules', '@tensorflow');
  const shim = '{ "main": "index.js" }';
  const all = {
    '../../engine.json': JSON.stringify(installed),
    'tfjs/package.json': shim,
    'tfjs/index.js': '',
    'tfjs-core/package.json': shim,
    'tfjs-core/index.js': '',
    'tfjs-node/dist/proto/api_pb.js': '',
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(modules, path)), { recursive: true });
    writeFileSync(join(modules, path), text);
  }
  return join(modules, 'tfjs-node');
}

const package422 = { 'tfjs-node/package.json': '{ "name": "@tensorflow/tfjs-node", "version": "4.22.0" }' };

describe('the package of an engine', () => {
  it('is looked for where engines are installed, and each engine for its own', () => {
    const folder = install(package422);
    expect(findPackage('tensorflow')).toEqual({ folder, preload: [] });
    expect(findPackage('cuda')).toBeNull();
  });

  it.each([
    ['that is not there', null, /package @tensorflow\/tfjs-node is not installed/],
    ['without its addon', package422, /no addon for Node-API \d+ in .*lib/],
    ['that says nothing of itself', { ...package422, '../../engine.json': '{}' }, /engine\.json in .* is damaged/],
    [
      'of another release',
      { 'tfjs-node/package.json': '{ "version": "3.21.1" }' },
      /has version 3\.21\.1, and 4\.22\.x is what this engine knows/,
    ],
    [
      'whose addon is none, the newest that this Node takes',
      {
        ...package422,
        'tfjs-node/lib/napi-v2/tfjs_binding.node': 'older',
        'tfjs-node/lib/napi-v3/tfjs_binding.node': 'no library',
        'tfjs-node/lib/napi-v9999/tfjs_binding.node': 'newer',
      },
      /does not load: .*napi-v3/,
    ],
  ])('%s is an error that says so and what to do', async (_, files, message) => {
    if (files) install(files);
    else vi.stubEnv('SLUICE_ENGINES', temporaryFolder());
    const failure = await openEngine('tensorflow').catch((error: unknown) => error as Error);
    expect(failure).toMatchObject({ code: 'engine-unavailable', path: 'engine' });
    expect((failure as Error).message).toMatch(message);
    expect((failure as Error).message).toContain('sluice engine install tensorflow');
  });
});

it('the environment is prepared for two halves on one card and equal bits, but for what a person has set', () => {
  vi.stubEnv('TF_CPP_MIN_LOG_LEVEL', '0');
  for (const name of ['TF_FORCE_GPU_ALLOW_GROWTH', 'TF_DETERMINISTIC_OPS', 'NVIDIA_TF32_OVERRIDE']) {
    vi.stubEnv(name, undefined);
  }
  vi.stubEnv('TF_NUM_INTRAOP_THREADS', '64');
  prepareEnvironment(3);
  expect(process.env).toMatchObject({
    TF_CPP_MIN_LOG_LEVEL: '0',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    TF_DETERMINISTIC_OPS: '1',
    NVIDIA_TF32_OVERRIDE: '0',
    TF_NUM_INTRAOP_THREADS: '3',
  });
});
