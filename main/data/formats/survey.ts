import { messageOf, SluiceError } from '../../errors.ts';
import { decodeImage, UnreadableImage, type DecodedImage } from '../images.ts';
import type { Division, LabelledImage } from './division.ts';
import type { Findings, LeftOut, SourceFile } from './format.ts';
import { named } from './named.ts';

/** Reads the images of an import, each once, and remembers what is to be told of them at its end, all at once. */
export interface Survey {
  /** As decodeImage; undefined of an image that cannot be read. */
  decode(image: LabelledImage, part: 'train' | 'test', size?: number): Promise<DecodedImage | undefined>;
  /** To be asked when all are read. Rejects when some cannot be and shall not be left out. */
  findings(): Promise<Findings>;
}

/** Lines that a message lists; the manifest has all that were left out. */
const mostListed = 100;

const traits = {
  turned: 'turned by EXIF orientation',
  transparent: 'transparent: laid over white',
  animated: 'of several frames or pages: the first is read',
} as const;
const traitNames = Object.keys(traits) as (keyof typeof traits)[];

export function openSurvey({ classes, strangers }: Division, skipDamaged: boolean): Survey {
  const failed: SourceFile[] = [];
  const read = { train: new Uint32Array(classes.length), test: new Uint32Array(classes.length) };
  const met = { turned: 0, transparent: 0, animated: 0 };

  return {
    async decode({ file, label }, part, size) {
      try {
        const image = await decodeImage(file.path, size);
        read[part][label]++;
        for (const trait of traitNames) if (image[trait]) met[trait]++;
        return image;
      } catch (error) {
        if (!(error instanceof UnreadableImage)) throw error;
        failed.push(file);
        return undefined;
      }
    },
    async findings() {
      const leftOut = await withReasons([...strangers, ...failed]);
      if (leftOut.length > 0 && !skipDamaged) throw unreadable(leftOut);
      for (const part of ['train', 'test'] as const) {
        if (read[part].some((images) => images > 0)) continue;
        const which = part === 'train' ? 'training' : 'test';
        throw new SluiceError('import-empty', `None of the ${which} images can be read:${lines(leftOut)}`);
      }
      const notes = traitNames
        .filter((trait) => met[trait] > 0)
        .map((trait) => `${met[trait]} ${met[trait] === 1 ? 'image is' : 'images are'} ${traits[trait]}`);
      return { leftOut, notes: [...leftOutNote(leftOut), ...notes, ...classNotes(classes, read)] };
    },
  };
}

/** One after the other, which alone tells the reasons apart. */
async function withReasons(files: readonly SourceFile[]): Promise<LeftOut[]> {
  const leftOut: LeftOut[] = [];
  for (const { path, label, noPicture } of files.toSorted((a, b) => (a.label < b.label ? -1 : 1))) {
    const reason = noPicture ?? (await decodeImage(path).catch((error: unknown) => messageOf(error)));
    leftOut.push({ file: label, reason: typeof reason === 'string' ? reason : 'it could not be read' });
  }
  return leftOut;
}

function unreadable(leftOut: readonly LeftOut[]): SluiceError {
  const [what, them] = leftOut.length === 1 ? ['1 file', 'it'] : [`${leftOut.length} files`, 'them'];
  return new SluiceError(
    'image-unreadable',
    `${what} cannot be read as an image:${lines(leftOut)}\nReplace or remove ${them}, or import without ${them}: --skip-damaged.`,
  );
}

function lines(leftOut: readonly LeftOut[]): string {
  const more = leftOut.length - mostListed;
  const listed = leftOut.slice(0, mostListed).map(({ file, reason }) => `\n  ${file}: ${reason}`);
  return listed.join('') + (more > 0 ? `\n  and ${more} more` : '');
}

function leftOutNote(leftOut: readonly LeftOut[]): string[] {
  if (leftOut.length === 0) return [];
  const files = named(leftOut.map(({ file }) => file));
  return [`left out, as they cannot be read as images: ${files}; the manifest lists all of them with the reasons`];
}

function classNotes(classes: readonly string[], read: Readonly<Record<'train' | 'test', Uint32Array>>): string[] {
  const without = (part: 'train' | 'test'): string[] => classes.filter((_, label) => read[part][label] === 0);
  const missing = [
    ...(classes.length === 1 ? [`there is one class, ${classes[0]}: nothing can be told apart`] : []),
    ...(without('train').length > 0 ? [`without training images: class ${named(without('train'))}`] : []),
  ];
  return without('test').length > 0 ? [...missing, `without test images: class ${named(without('test'))}`] : missing;
}
