import { epoch } from './epoch.ts';
import { pair } from './pair.ts';
import { step } from './step.ts';

/** Every kind of record and what it has. Tables, files, charts and checks are made from this. */
export const records = { epoch, step, pair } as const;
