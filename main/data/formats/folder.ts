import { imagenetNormalisation } from '../catalogue.ts';
import { SluiceError } from '../../errors.ts';
import { decodeImage, imagesAtOnce, UnreadableImage } from '../images.ts';
import type { Size } from '../images.ts';
import { mapAtOnce } from '../at-once.ts';
import type { OnProgress } from '../progress.ts';
import { divideImages } from './division.ts';
import type { Division, LabelledImage } from './division.ts';
import { isImage } from './format.ts';
import type { Chunk, DecodedSplit, FileSplit, Format, Reading, ReadOptions } from './format.ts';
import { openSurvey, type Survey } from './survey.ts';

/**
 * A folder of images, `<class>/<image>`. All are decoded at import, so that none surprises a run. Small ones are kept
 * decoded and must have one size; when the first is larger than `largestDecoded` all stay files, cut to 224×224
 * whenever they are needed.
 */

const largestDecoded = 128;
const imagesPerChunk = 256;

/** Height and width of the images that files are cut to. */
const croppedTo = 224;

interface Part {
  readonly part: 'train' | 'test';
  readonly images: readonly LabelledImage[];
}

async function* decode(
  { part, images }: Part,
  survey: Survey,
  size: number | undefined,
  first: Size,
): AsyncGenerator<Chunk> {
  const bytes = first.height * first.width * 3;
  for (let from = 0; from < images.length; from += imagesPerChunk) {
    const some = images.slice(from, from + imagesPerChunk);
    const decoded: (Uint8Array | undefined)[] = [];
    await mapAtOnce(some, imagesAtOnce, async (image, i) => {
      const found = await survey.decode(image, part, size);
      if (found && (found.height !== first.height || found.width !== first.width)) {
        throw new SluiceError(
          'image-size',
          `${image.file.label} is ${found.width}×${found.height} pixels, the first image ${first.width}×${first.height}. ` +
            'Bring all to one size, for instance with --size 32.',
        );
      }
      decoded[i] = found?.pixels;
    });
    const read = some.filter((_, i) => decoded[i]);
    const pixels = new Uint8Array(read.length * bytes);
    decoded.filter((image) => image !== undefined).forEach((image, i) => pixels.set(image, i * bytes));
    yield { pixels, labels: Uint16Array.from(read, ({ label }) => label) };
  }
}

/** The images that can be read, as files. */
async function keepFiles(
  { part, images }: Part,
  survey: Survey,
  onProgress: OnProgress | undefined,
): Promise<FileSplit> {
  const readable: boolean[] = [];
  let done = 0;
  await mapAtOnce(images, imagesAtOnce, async (image, i) => {
    readable[i] = (await survey.decode(image, part)) !== undefined;
    onProgress?.({ step: 'import', item: part, done: ++done, total: images.length, unit: 'images' });
  });
  const kept = images.filter((_, i) => readable[i]);
  return { files: kept.map(({ file }) => file), labels: Uint16Array.from(kept, ({ label }) => label) };
}

/** Images that stay files, cut to 224×224 and normalised as those of ImageNet100. */
export async function readAsFiles(
  division: Division,
  { skipDamaged, onProgress }: Pick<ReadOptions, 'skipDamaged' | 'onProgress'>,
): Promise<Reading> {
  const survey = openSurvey(division, skipDamaged);
  const content = {
    kind: 'files' as const,
    train: await keepFiles({ part: 'train', images: division.train }, survey, onProgress),
    test: await keepFiles({ part: 'test', images: division.test }, survey, onProgress),
  };
  return {
    shape: [croppedTo, croppedTo, 3],
    classes: division.classes,
    normalisation: imagenetNormalisation,
    flip: true,
    notes: division.notes,
    findings: survey.findings,
    content,
  };
}

/** The size of the first image that can be read; undefined when none can. */
async function firstSize(images: readonly LabelledImage[], size: number | undefined): Promise<Size | undefined> {
  for (const { file } of images) {
    try {
      return await decodeImage(file.path, size);
    } catch (error) {
      if (!(error instanceof UnreadableImage)) throw error;
    }
  }
  return undefined;
}

export const folder: Format = {
  name: 'folder',
  layout:
    'a folder of images: <class>/<image>, JPEG, PNG, WebP, GIF, BMP or TIFF, below train and val (or test) folders or without',
  recognises: (files) => files.some(isImage),
  read: async (files, { size, nested, ...options }) => {
    if (size !== undefined && !(size >= 1 && size <= largestDecoded)) {
      throw new SluiceError(
        'bad-usage',
        `size is ${size}, expected 1 to ${largestDecoded}. Larger images need no size: they stay files, cut to ${croppedTo} pixels.`,
        { path: 'size' },
      );
    }
    const division = divideImages(files, nested);
    const { classes, train, test, notes } = division;
    const first = await firstSize(train, size);
    if (!first || (size === undefined && Math.max(first.width, first.height) > largestDecoded)) {
      return readAsFiles(division, options);
    }
    const survey = openSurvey(division, options.skipDamaged);
    const split = (part: Part): DecodedSplit => ({
      samples: part.images.length,
      chunks: () => decode(part, survey, size, first),
    });
    return {
      shape: [first.height, first.width, 3],
      classes,
      normalisation: null,
      flip: true,
      notes,
      findings: survey.findings,
      content: {
        kind: 'pixels',
        train: split({ part: 'train', images: train }),
        test: split({ part: 'test', images: test }),
      },
    };
  },
};
