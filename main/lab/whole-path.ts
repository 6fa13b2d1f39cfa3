import { homedir } from 'node:os';
import { isAbsolute } from 'node:path';
import { SluiceError } from '../errors.ts';

/** A path as it was typed into a window, whose user does not know in which folder the lab was started: `field` is named. */
export function wholePath(typed: string, field: string): string {
  const path = typed.replace(/^~(?=$|[/\\])/, () => homedir());
  if (isAbsolute(path)) return path;
  throw new SluiceError(
    'path-relative',
    `"${typed}" is not a whole path. Begin it with / or ~, or on Windows with a drive.`,
    { path: field },
  );
}
