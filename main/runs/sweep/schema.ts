import { z } from 'zod';
import { mostPoints, spaceSchema } from './space.ts';

/** How the runs of a sweep are chosen from its space. */
const sweepKinds = ['grid', 'random', 'list'] as const;

export const sweepSchema = z
  .strictObject({
    kind: z
      .enum(sweepKinds)
      .default('grid')
      .describe('grid: every combination; random: so many drawn; list: the first values together, then the second …'),
    settings: spaceSchema,
    runs: z.int().min(1).max(mostPoints).default(10).describe('Of a random sweep: how many are drawn, none twice'),
    seed: z.int().min(0).max(0xffffffff).default(1).describe('Of a random sweep: what they are drawn by'),
  })
  .describe('The same experiment with other settings, one run each, and each with every seed');

export type Sweep = z.output<typeof sweepSchema>;
