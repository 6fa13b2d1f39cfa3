import type { Batch, Portion } from '../../../../main/data/source.ts';
import type { SessionRequest } from '../../../../main/offload/protocol/control.ts';
import type { LinksRequest } from '../../../../main/processes/link/messages.ts';
import type { ServeOptions } from '../../../../main/processes/server/serve.ts';

/** What a source and its run asked of the parts that were replaced, or watched, for the test of settings. */
export const seen = {
  engines: [] as { engine: string; threads: number | undefined }[],
  shares: [] as number[],
  batches: [] as { part: Portion; batch: Batch }[],
  sessions: [] as SessionRequest[],
  links: [] as LinksRequest[],
  servers: [] as ServeOptions[],
};

export function forget(): void {
  Object.assign(seen, { engines: [], shares: [], batches: [], sessions: [], links: [], servers: [] });
}
