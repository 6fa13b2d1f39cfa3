import { z } from 'zod';

/** The JSON Schema of an experiment's fields. */
export function jsonSchema(schema: z.ZodType): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      // zod bounds whole numbers by what a double holds exactly, which says nothing to a reader.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
}

/** What exports add to an experiment, and what reads it passes over. */
const addedByExports = {
  $input: { description: 'What the images of an exported run are like; no setting, and not read', type: 'object' },
} as const;

/** The JSON Schema of what a file may say, for editors to complete and check it. */
export function fileSchema(schema: z.ZodType): z.core.JSONSchema.BaseSchema {
  const whole = jsonSchema(schema);
  const { Experiment: experiment } = whole.$defs ?? {};
  if (!experiment) throw new TypeError('The schema of experiments has no id.');
  const properties = { ...experiment.properties, ...addedByExports };
  return { ...whole, $defs: { ...whole.$defs, Experiment: { ...experiment, properties } } };
}
