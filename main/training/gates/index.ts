import { hardConcrete } from './hard-concrete.ts';
import { importance } from './importance.ts';
import { none } from './none.ts';
import { published } from './published.ts';
import { straightThrough } from './straight-through.ts';

/** The gates in the order to offer them; the first is the one that an experiment has unless it says another. */
export const gates = [published, importance, straightThrough, hardConcrete, none] as const;
