import { block } from './block.ts';
import { conv } from './conv.ts';
import { dense } from './dense.ts';
import { maxPool } from './max-pool.ts';
import { poolFlatten } from './pool-flatten.ts';

export const entryTypes = [conv, maxPool, dense, poolFlatten, block] as const;
