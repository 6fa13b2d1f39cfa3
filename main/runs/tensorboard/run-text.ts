import { z } from 'zod';
import { hasFields } from '../../fields.ts';
import type { Experiment } from '../experiment/experiment.ts';
import type { Run } from '../store/run.ts';

/** Under this tag an event file of Sluice says what run it is of. */
export const runTag = 'sluice/run';

const schema = z.object({
  uid: z.string().nullable(),
  id: z.string(),
  name: z.string(),
  seed: z.int().min(0).max(0xffffffff),
  group: z.string(),
  status: z.string(),
  createdAt: z.iso.datetime(),
  experiment: z.custom<Experiment>(hasFields),
});

/** What an event file of Sluice says of its run. */
export type RunText = z.infer<typeof schema>;

/** As Markdown, which TensorBoard shows: a block of JSON. */
export function runText({ uid, id, name, seed, group, status, createdAt, experiment }: Run): string {
  const facts = { uid, id, name, seed, group, status, createdAt, experiment };
  return `\`\`\`json\n${JSON.stringify(facts, null, 2)}\n\`\`\``;
}

/** Null where it is none of Sluice's. */
export function readRunText(text: string): RunText | null {
  const json = /^```json\n(.*)\n```$/s.exec(text)?.[1];
  try {
    return schema.safeParse(JSON.parse(json ?? '')).data ?? null;
  } catch {
    return null;
  }
}
