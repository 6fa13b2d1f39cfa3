import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The version of this Sluice. */
export function version(): string {
  const path = createRequire(import.meta.url).resolve('#package');
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
