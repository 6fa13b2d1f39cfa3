import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A new secret of 192 bits, safe in URLs and shells. */
export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

/** Compares in a time that tells nothing about either, their lengths included. */
export function sameToken(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
