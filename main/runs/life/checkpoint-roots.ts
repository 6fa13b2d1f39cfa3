import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A folder in which checkpoints lie, and which source of the run the sources in them are. */
export interface CheckpointRoot {
  readonly root: string;
  readonly sourceOf: (key: number) => number;
}

/** Those of a run: of all its sources, or of each further one where it has a server half of its own. */
export function checkpointRoots(runFolder: string): CheckpointRoot[] {
  const apart = join(runFolder, 'sources');
  const names = existsSync(apart) ? readdirSync(apart).filter((name) => /^\d+$/.test(name)) : [];
  return [
    { root: runFolder, sourceOf: (key) => key },
    // Alone in its checkpoint a source has no number there.
    ...names.map((name) => ({ root: join(apart, name), sourceOf: () => Number(name) })),
  ];
}
