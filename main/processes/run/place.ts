import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ServerPlace } from '../../api.ts';
import { SluiceError } from '../../errors.ts';
import type { ServerAddress } from '../../offload/client/dial.ts';

const placeSchema: z.ZodType<ServerPlace> = z.strictObject({
  url: z.string(),
  ca: z.string().optional(),
  fingerprint: z.string().optional(),
});

const fileName = 'offload-server.json';

/** Notes in a run's folder where its offload server is, to find it again, without the token; null: it has one of its own. */
export function notePlace(runFolder: string, server: Omit<ServerAddress, 'token'> | null): void {
  const file = join(runFolder, fileName);
  if (!server) {
    rmSync(file, { force: true });
    return;
  }
  const place: ServerPlace = { url: server.url, ca: server.ca?.toString(), fingerprint: server.fingerprint };
  writeFileSync(`${file}.partial`, `${JSON.stringify(place, null, 2)}\n`);
  renameSync(`${file}.partial`, file);
}

/** Where a run's offload server is; null when it has one of its own. */
export function placeOf(runFolder: string): ServerPlace | null {
  const file = join(runFolder, fileName);
  if (!existsSync(file)) return null;
  try {
    return placeSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    const message = `${file} does not say where an offload server is. Delete it; resuming the run then asks for no server.`;
    throw new SluiceError('run-damaged', message, { cause });
  }
}

/** What a run needs that trains with a server elsewhere, when nobody said how to reach it. */
export function serverMissing(run: string, { url }: ServerPlace): SluiceError {
  const message =
    `Run ${run} trains with the offload server at ${url}, which keeps its server half. Resume it with the address and ` +
    `token of that server: sluice resume ${run} --offload ${url} --token …`;
  return new SluiceError('server-missing', message, { path: 'url' });
}
