import { nearest } from '../near.ts';
import { installable, isInstallable, type Installable } from '../engine/installed.ts';
import { SluiceError } from '../errors.ts';

/** Throws `engine-unknown` for what is no engine that can be installed. */
export function knownEngine(name: string): Installable {
  if (isInstallable(name)) return name;
  const meant = nearest(name, installable);
  throw new SluiceError(
    'engine-unknown',
    `"${name}" is no engine that can be installed.${meant === undefined ? '' : ` Did you mean "${meant}"?`} Sluice can install ${installable.join(', ')}${name === 'cpu' ? '; cpu is always there' : ''}.`,
    { path: 'name' },
  );
}
