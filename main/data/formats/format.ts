import { basename } from 'node:path';
import type { Shape } from '../../model/spec.ts';
import { SluiceError } from '../../errors.ts';
import type { Normalisation } from '../catalogue.ts';
import type { OnProgress } from '../progress.ts';

/** A file given to an import. */
export interface SourceFile {
  readonly path: string;
  /** What messages call it: its path, or its place in the archive it came from. */
  readonly label: string;
  /** Its path inside what was given, with forward slashes. */
  readonly name: string;
  /** Whether `name` begins with the name of what was given, as it does when that was several paths. */
  readonly given: boolean;
  /** Why it is no picture, in words that follow its name; absent of those that look like one. */
  readonly noPicture?: string | undefined;
}

/** Whether it is called like a picture, or begins like one. */
export function isImage({ noPicture }: SourceFile): boolean {
  return noPicture === undefined;
}

/** Decoded images, NHWC bytes, and their labels. */
export interface Chunk {
  readonly pixels: Uint8Array;
  readonly labels: Uint16Array;
}

export interface DecodedSplit {
  readonly samples: number;
  readonly chunks: () => AsyncIterable<Chunk> | Iterable<Chunk>;
}

/** Images that stay as files because they are too many and too large to keep decoded. */
export interface FileSplit {
  readonly files: readonly SourceFile[];
  readonly labels: Uint16Array;
}

/** A file that was not imported, by what messages call it, and why. */
export interface LeftOut {
  readonly file: string;
  readonly reason: string;
}

export interface Findings {
  readonly leftOut: readonly LeftOut[];
  readonly notes: readonly string[];
}

/** What a format found: everything about the data set, its images still to be read. */
export interface Reading {
  readonly shape: Shape;
  readonly classes: readonly string[];
  /** `null`: to be measured on the training images. */
  readonly normalisation: Normalisation | null;
  readonly flip: boolean;
  /** What the user should know, such as files of the set that were not given. */
  readonly notes: readonly string[];
  /** What reading the images has brought to light, once they are all read. Rejects when some of them cannot be read. */
  readonly findings?: () => Promise<Findings>;
  readonly content:
    | { readonly kind: 'pixels'; readonly train: DecodedSplit; readonly test: DecodedSplit }
    | { readonly kind: 'files'; readonly train: FileSplit; readonly test: FileSplit };
}

export interface ReadOptions {
  /** The name the data set will get. */
  readonly name: string;
  /** Bring every image of a folder to this many pixels in height and width. */
  readonly size: number | undefined;
  /** The images of a class may lie deeper below its folder. */
  readonly nested: boolean;
  /** Leave out what cannot be read as an image. */
  readonly skipDamaged: boolean;
  readonly onProgress: OnProgress | undefined;
}

export interface Format {
  readonly name: string;
  /** How the files look, for the message that nothing was recognised. */
  readonly layout: string;
  readonly recognises: (files: readonly SourceFile[]) => boolean;
  readonly read: (files: readonly SourceFile[], options: ReadOptions) => Promise<Reading>;
}

/** The files whose last path segment matches, in order of name; the same name twice is an error. */
export function filesNamed(files: readonly SourceFile[], pattern: RegExp): SourceFile[] {
  const found = new Map<string, SourceFile>();
  for (const file of files) {
    const name = basename(file.name);
    if (!pattern.test(name)) continue;
    const twin = found.get(name);
    if (twin)
      throw new SluiceError(
        'file-twice',
        `${name} is there twice: ${twin.label} and ${file.label}. Import one of them.`,
      );
    found.set(name, file);
  }
  return [...found.keys()].sort().map((name) => found.get(name) as SourceFile);
}

/** The one file of that name, which the format cannot do without. */
export function fileNamed(files: readonly SourceFile[], pattern: RegExp, wanted: string): SourceFile {
  const [file] = filesNamed(files, pattern);
  if (!file)
    throw new SluiceError(
      'file-missing',
      `${wanted} is missing. Put it beside the other files, or name it in the import.`,
    );
  return file;
}
