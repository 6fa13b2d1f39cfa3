import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inputFacts } from '../../data/input.ts';
import { testImages } from '../../data/test-images.ts';
import { manifestFile, type ReadSet } from '../../sets/files.ts';
import type { ModelSet } from '../../sets/manifest.ts';
import { encodeMessage } from '../../wire.ts';
import type { Content } from './device-page.ts';

/** A set as its pages see it. */
export type ShownSet = Pick<ReadSet, 'folder' | 'digest' | 'manifest'>;

/** Test images that a page gets to try. */
const imagesShown = 20;

/**
 * What a page needs of model sets, at `/set/<digest>/…`: the manifest as it is, the client halves, and a few test images of
 * its data set where that is here. The server halves stay.
 */
export function setContent(sets: readonly ShownSet[]): Content {
  const images = new Map<string, Promise<Uint8Array>>();
  return async (path) => {
    const [, , digest, ...rest] = path.split('/');
    const set = sets.find((each) => each.digest === digest);
    if (!set) return null;
    const name = rest.join('/');
    if (name === manifestFile) return readFile(join(set.folder, manifestFile));
    if (name === 'images') {
      const known = images.get(digest) ?? imagesOf(set.manifest);
      images.set(digest, known);
      return known;
    }
    const half = set.manifest.pairs.find(({ client }) => client.weights.file === name);
    return half ? readFile(join(set.folder, half.client.weights.file)) : null;
  };
}

async function imagesOf({ images: { dataset, classes, shape } }: ModelSet): Promise<Uint8Array> {
  const here = inputFacts(dataset);
  const isSame = here && here.classes.join('\n') === classes.join('\n') && here.shape.join() === shape.join();
  return encodeMessage(isSame ? await testImages(dataset, imagesShown) : []);
}
