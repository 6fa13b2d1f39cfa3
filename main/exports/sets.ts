import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync, type Zippable } from 'fflate';
import type { ExportedFile, SetExport } from '../api.ts';
import type { OnProgress } from '../data/progress.ts';
import { exportZip } from '../sets/export.ts';
import { openSet, type OpenedSet } from '../sets/open.ts';
import { onnxFiles } from './onnx/set.ts';

/** A set of this home as one file. Throws what opening it throws, `set-too-large` and `onnx-too-large`. */
export async function exportSet(
  { set: name, format, normalised = false }: SetExport,
  onProgress?: OnProgress,
): Promise<ExportedFile> {
  const set = await openSet(name, onProgress);
  const data = format === 'zip' ? await packed(set, onProgress) : await onnxZip(set, normalised, onProgress);
  return { name: format === 'zip' ? `${name}.zip` : `${name}-onnx.zip`, type: 'application/zip', data };
}

async function packed(set: OpenedSet, onProgress?: OnProgress): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-'));
  try {
    const path = join(folder, 'set.zip');
    await exportZip(set, path, onProgress);
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function onnxZip(set: OpenedSet, normalised: boolean, onProgress?: OnProgress): Promise<Uint8Array> {
  const files: Zippable = {};
  for await (const { path, data } of onnxFiles(set, { normalised, onProgress })) {
    // Weights are as good as random: trying to make them smaller only takes time.
    files[`${set.name}-onnx/${path}`] = [data, { level: 0 }];
  }
  return zipSync(files);
}
