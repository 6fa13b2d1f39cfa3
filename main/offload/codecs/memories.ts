import { delta } from './delta.ts';
import { ef21 } from './ef21.ts';

/** What can stand behind a codec and remembers images at both ends, in the order of the forms of each codec. */
export const imageMemories = { ef21, delta } as const;

export type ImageMemoryName = keyof typeof imageMemories;

export const imageMemoryNames = Object.keys(imageMemories) as ImageMemoryName[];
