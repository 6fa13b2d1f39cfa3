import { bottleneck } from './bottleneck.ts';
import { deprune } from './deprune.ts';
import { full } from './full.ts';
import { highCompression } from './high-compression.ts';
import { plainSplit } from './plain-split.ts';
import { prune } from './prune.ts';
import { rawImage } from './raw-image.ts';
import { scratch } from './scratch.ts';

/** The methods in the order to offer them; the first is the one that an experiment has unless it says another. */
export const methods = [deprune, prune, full, highCompression, scratch, bottleneck, plainSplit, rawImage] as const;
