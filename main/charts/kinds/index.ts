import { family } from './family.ts';
import { frontier } from './frontier.ts';
import { gates } from './gates.ts';
import { lines } from './lines.ts';
import { parallel } from './parallel.ts';
import { scatter } from './scatter.ts';
import { stepTime } from './step-time.ts';

/** Every kind of chart, in the order of a report. */
export const kinds = [lines, scatter, frontier, parallel, gates, stepTime, family] as const;
