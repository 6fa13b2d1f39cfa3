import { z } from 'zod';
import { mostPoints, spaceSchema } from '../sweep/space.ts';

const mostBytes = 1e15;

/** What trials are stopped by to be compared: what they have sent, or how many epochs they had. */
export const rungUnits = ['bytes', 'epochs'] as const;

const rungs = z
  .strictObject({
    unit: z.enum(rungUnits).default('bytes').describe('Trials are compared at as many bytes sent, or as many epochs'),
    count: z
      .int()
      .min(1)
      .max(10)
      .default(4)
      .describe('Rungs of the cheapest point, the end of its phases included; dearer points go on from there'),
    reduction: z
      .number()
      .min(1.5)
      .max(100)
      .default(3)
      .describe('η: of the trials at a rung the best 1/η go on to the next, which is η times as far'),
    at: z
      .array(z.number().min(1).max(mostBytes))
      .min(1)
      .max(20)
      .optional()
      .describe('The rungs themselves, rising, instead of count; the end of the phases is always the last'),
  })
  .describe('Where trials stop to be compared');

export const searchSchema = z
  .strictObject({
    settings: spaceSchema,
    floor: z
      .number()
      .min(0.001)
      .max(1)
      .optional()
      .describe('An accuracy: the fewest bytes, both ways, are searched for that reach it'),
    maxBytes: z
      .int()
      .min(1)
      .max(mostBytes)
      .optional()
      .describe('Bytes, both ways: the best accuracy is searched for that takes no more'),
    trials: z.int().min(1).max(mostPoints).default(20).describe('Points of the space that are drawn, none twice'),
    seed: z.int().min(0).max(0xffffffff).default(1).describe('What they are drawn by'),
    rungs: rungs.prefault({}),
  })
  .describe('The settings with the fewest bytes for an accuracy, or the best accuracy for so many bytes, by ASHA');

export type Search = z.output<typeof searchSchema>;
export type RungUnit = (typeof rungUnits)[number];
