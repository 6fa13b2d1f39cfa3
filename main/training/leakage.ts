import type { Batch, BatchSource } from '../data/source.ts';
import { turn } from '../pause.ts';
import { random, shuffle } from '../random.ts';
import type { ClientHalf } from './client.ts';
import type { Decision } from './controller.ts';
import { asReceived } from './crossing.ts';
import { centredDistances, distanceCorrelation, type CentredDistances } from './distance-correlation.ts';

/** Measures how much of the images what crosses still has, on images that stay the same throughout a run. */
export interface LeakageMeter {
  /**
   * The bias-corrected squared distance correlation between the images as the client has them and what the server has of
   * them under a decision (NoPeek, Vepakomma et al. 2020, measures by the distance correlation). Changes nothing.
   */
  measure(client: Pick<ClientHalf, 'infer'>, decision: Decision): Promise<number>;
}

interface Sample {
  readonly batches: readonly Batch[];
  readonly images: CentredDistances;
}

/** On so many test images, drawn by seed; they are read when the first measurement asks for them, and kept. */
export function leakageMeter(data: BatchSource, samples: number, seed: number): LeakageMeter {
  let drawn: Promise<Sample> | null = null;
  return {
    async measure(client, { budget, codecs }) {
      drawn ??= drawSample(data, samples, seed);
      const { batches, images } = await drawn;
      const received: Float32Array[] = [];
      for (const batch of batches) {
        received.push(...asReceived(await client.infer(batch, budget), codecs.up));
        await turn();
      }
      return distanceCorrelation(images, centredDistances(received));
    },
  };
}

async function drawSample(data: BatchSource, samples: number, seed: number): Promise<Sample> {
  const all = Uint32Array.from({ length: data.info.testSamples }, (_, i) => i);
  const chosen = [...shuffle(all, random(seed, 'leakage')).subarray(0, samples)].sort((a, b) => a - b);
  const rows: Float32Array[] = [];
  let passed = 0;
  for await (const batch of data.test()) {
    const length = batch.images.length / batch.samples;
    while (rows.length < chosen.length && chosen[rows.length] < passed + batch.samples) {
      const at = chosen[rows.length] - passed;
      rows.push(batch.images.slice(at * length, (at + 1) * length));
    }
    passed += batch.samples;
    if (rows.length === chosen.length) break;
  }
  return { batches: batchesOf(rows, data.batchSize), images: centredDistances(rows) };
}

/** Their labels are asked for by nobody. */
function batchesOf(rows: readonly Float32Array[], size: number): Batch[] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => {
    const own = rows.slice(i * size, (i + 1) * size);
    const images = new Float32Array(own.length * own[0].length);
    own.forEach((row, at) => images.set(row, at * row.length));
    return { samples: own.length, images, labels: new Uint16Array(own.length) };
  });
}
