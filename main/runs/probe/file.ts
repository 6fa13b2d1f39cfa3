import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf, SluiceError } from '../../errors.ts';
import { publishFile } from '../checkpoint/durable.ts';
import { openJson, sealJson } from '../store/sealed-json.ts';

/** Files of a run's folder in which the last probe is kept. */
export const probeFiles = { results: 'probe.json', pictures: 'probe.png' } as const;

const similarity = { ssim: z.number(), mse: z.number(), psnr: z.number() };

const probeReport = z.strictObject({
  /** The seed of the probe; images that the decoder was trained on, and those it never saw; its epochs. */
  seed: z.int(),
  images: z.int(),
  testImages: z.int(),
  epochs: z.int(),
  /** For each budget, null all maps, what the decoder made of the maps of the test images. */
  results: z.array(z.strictObject({ budget: z.int().nullable(), ...similarity })),
  /** What the mean of the training images achieves, which has seen no map. */
  baseline: z.strictObject(similarity),
});

/** What a probe found. */
export type ProbeReport = z.infer<typeof probeReport>;

/** Keeps a probe and its pictures (PNG) in the folder of a run, in place of an earlier one. */
export async function saveProbe(folder: string, report: ProbeReport, pictures: Uint8Array): Promise<void> {
  await publishFile(join(folder, probeFiles.pictures), [pictures]);
  await publishFile(join(folder, probeFiles.results), sealJson(report));
}

/** The last probe of a run, null where there was none. Throws `probe-damaged`. */
export async function readProbe(folder: string): Promise<ProbeReport | null> {
  const path = join(folder, probeFiles.results);
  if (!existsSync(path)) return null;
  try {
    return probeReport.parse(openJson(await readFile(path, 'utf8')));
  } catch (cause) {
    const message = `${path} is damaged: ${messageOf(cause)}. Probe the run again (sluice probe), or delete the file.`;
    throw new SluiceError('probe-damaged', message, { cause });
  }
}
