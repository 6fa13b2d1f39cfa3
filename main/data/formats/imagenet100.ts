import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { SluiceError } from '../../errors.ts';
import { divideImages } from './division.ts';
import { readAsFiles } from './folder.ts';
import { fileNamed } from './format.ts';
import type { Format, SourceFile } from './format.ts';

/**
 * ImageNet100 as it is shared: `train.X1` … `train.X4/<class>/<image>`, `val.X/<class>/<image>`, and `Labels.json`,
 * which gives every class folder's name in words.
 */

const part = /(^|\/)(train|val)\.X\d*\//;

async function readLabels(file: SourceFile): Promise<Record<string, string>> {
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(await readFile(file.path, 'utf8')));
  } catch (cause) {
    throw new SluiceError(
      'file-damaged',
      `${file.label} must be a JSON object of class folder to name. Get the file again.`,
      { cause },
    );
  }
}

export const imagenet100: Format = {
  name: 'imagenet100',
  layout: 'ImageNet100: train.X1 … train.X4/<class>/<image>, val.X/<class>/<image> and Labels.json',
  recognises: (files) => files.some(({ name }) => part.test(name)),
  read: async (files, options) => {
    const labelFile = fileNamed(files, /^Labels\.json$/, 'Labels.json');
    const names = await readLabels(labelFile);
    const division = divideImages(files, options.nested);
    const { classes, train } = division;
    const unnamed = classes.find((folder) => names[folder] === undefined);
    if (unnamed !== undefined) {
      const image = train.find(({ label }) => classes[label] === unnamed);
      throw new SluiceError(
        'class-unknown',
        `${image?.file.label}: class "${unnamed}" is not in ${labelFile.label}. Add it there, or remove the folder.`,
      );
    }
    return readAsFiles({ ...division, classes: classes.map((folder) => names[folder]) }, options);
  },
};
