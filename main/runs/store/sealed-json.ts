import { createHash } from 'node:crypto';
import { hasFields, type Fields } from '../../fields.ts';

/** An object as JSON that carries the SHA-256 of the rest of it, so that no flipped bit goes unnoticed. */
export function sealJson(value: object): string {
  return `${JSON.stringify({ ...value, sha256: sumOf(value) }, null, 2)}\n`;
}

/** The object again, without its sum. Throws an Error that says what is wrong with the text. */
export function openJson(text: string): Fields {
  const value: unknown = JSON.parse(text);
  if (!hasFields(value)) throw new Error('it is no JSON object');
  const { sha256, ...rest } = value;
  if (sha256 !== sumOf(rest)) throw new Error('its SHA-256 is not that of what it holds');
  return rest;
}

function sumOf(value: object): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
