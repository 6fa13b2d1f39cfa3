import { describe, expect, it } from 'vitest';
import { linkPresets } from '../../../../main/offload/link/link.ts';
import type { LinksRequest } from '../../../../main/processes/link/messages.ts';
import { relaysFor } from '../../../../main/processes/link/relays.ts';
import { startLinks } from '../../../../main/processes/link/start.ts';
import { closing } from '../../../support/closing.ts';

const request: LinksRequest = {
  target: { host: '127.0.0.1', port: 4450 },
  link: linkPresets.lte,
  shared: false,
  count: 3,
  seed: 7,
};

describe('the links of a run', () => {
  it('are over one channel where they share it, and over their own where not', () => {
    const media = relaysFor({ ...request, shared: true }).map(({ medium }) => medium);
    expect(media[0]).toBeDefined();
    expect(new Set(media)).toEqual(new Set([media[0]]));
    expect(relaysFor(request).map(({ medium }) => medium)).toEqual([undefined, undefined, undefined]);
  });

  it('lead each to the target, with jitter and loss of its own', () => {
    const links = relaysFor(request);
    expect(links.map(({ seed }) => seed)).toEqual([7, 8, 9]);
    for (const { target, link } of links)
      expect({ target, link }).toEqual({ target: request.target, link: request.link });
  });

  it('are at the addresses of those before them in whose place they come', async () => {
    const quick = { ...request, link: linkPresets.ethernet, count: 2 };
    const first = closing(await startLinks(quick));
    await first.close();
    const ports = first.addresses.map(({ port }) => port);
    const second = closing(await startLinks({ ...quick, ports }));
    expect(second.addresses).toEqual(first.addresses);
    // And not where somebody else is, of which nothing is left running.
    await expect(startLinks({ ...quick, ports })).rejects.toThrow(/EADDRINUSE/);
  });
});
