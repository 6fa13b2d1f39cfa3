import { createHash, timingSafeEqual } from 'node:crypto';

export { newToken } from './new-token.ts';

/** Compares in a time that tells nothing about either, their lengths included. */
export function sameToken(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
