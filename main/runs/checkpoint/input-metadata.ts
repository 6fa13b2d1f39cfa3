import { z } from 'zod';
import type { InputFacts } from '../../data/input.ts';
import type { Metadata } from '../../model/safetensors.ts';

/** What a file of weights says of the images it takes, in PyTorch's order as the weights are. */

const layout = 'channels (red, green, blue), rows, columns; of bytes x it takes (x / 255 - mean) / std';

const numbers = z.array(z.number());
const said = z.object({
  dataset: z.string(),
  classes: z.array(z.string()),
  inputShape: z.tuple([z.int(), z.int(), z.int()]),
  mean: numbers,
  std: numbers,
});

/** As safetensors takes it: strings, which are JSON where they are more than a word. */
export function inputMetadata({ dataset, classes, shape, mean, std }: InputFacts): Metadata {
  const [height, width, channels] = shape;
  return {
    dataset,
    classes: JSON.stringify(classes),
    inputShape: JSON.stringify([channels, height, width]),
    inputLayout: layout,
    mean: JSON.stringify(mean),
    std: JSON.stringify(std),
  };
}

/** What a file's metadata says; undefined of files from before they said it. */
export function inputOfMetadata({ dataset, classes, inputShape, mean, std }: Metadata): InputFacts | undefined {
  if (inputShape === undefined) return undefined;
  const { inputShape: given, ...facts } = said.parse({
    dataset,
    ...Object.fromEntries(
      Object.entries({ classes, inputShape, mean, std }).map(([key, json]) => [key, JSON.parse(json)]),
    ),
  });
  const [channels, height, width] = given;
  return { ...facts, shape: [height, width, channels] };
}

/** The same for an experiment.json, which reads it over: `$input`. */
export function inputField(facts: InputFacts): { readonly $input: object } {
  const [height, width, channels] = facts.shape;
  const { mean, std, classes } = facts;
  return { $input: { shape: [channels, height, width], layout, mean, std, classes } };
}
