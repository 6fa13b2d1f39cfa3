import { codebook } from './codebook.ts';
import { float16 } from './float16.ts';
import { scaledFloat16 } from './float16-scaled.ts';
import { float32 } from './float32.ts';
import { int8 } from './int8.ts';
import { jpeg, webp } from './picture.ts';
import { quantised } from './quantised.ts';
import { rans } from './rans.ts';
import { sign } from './sign.ts';
import { superposed } from './superposed.ts';
import { topK } from './top-k.ts';

/** Every codec there is, in the order to offer them. Each is also there with a lossless compression after it. */
export const codecs = [
  float32,
  float16,
  scaledFloat16,
  int8,
  quantised,
  rans,
  sign,
  topK,
  codebook,
  superposed,
  jpeg,
  webp,
] as const;
