import { createMedium } from '../../offload/link/flow.ts';
import type { RelayOptions } from '../../offload/link/relay.ts';
import type { LinksRequest } from './messages.ts';

/** The links of a run, one for each source: each with jitter and loss of its own, all over one channel where they share it. */
export function relaysFor({ target, link, shared, count, ports, seed }: LinksRequest): RelayOptions[] {
  const medium = shared ? { medium: createMedium() } : {};
  return Array.from({ length: count }, (_, index) => ({
    target,
    link,
    port: ports?.[index],
    seed: seed + index,
    ...medium,
  }));
}
