import { timingSafeEqual } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { grantAccess } from '../../../../main/lab/web/access.ts';
import { sameToken } from '../../../../main/offload/transport/token.ts';

vi.mock(import('node:crypto'), async (original) => {
  const crypto = await original();
  return { ...crypto, timingSafeEqual: vi.fn<typeof crypto.timingSafeEqual>(crypto.timingSafeEqual) };
});

/** How often something was compared in constant time. */
function comparisons(work: () => unknown): number {
  const before = vi.mocked(timingSafeEqual).mock.calls.length;
  work();
  return vi.mocked(timingSafeEqual).mock.calls.length - before;
}

describe('secrets are compared in a time that tells nothing', () => {
  it('those of a server, whatever their lengths', () => {
    expect([sameToken('secret', 'secret'), sameToken('secre', 'secret'), sameToken('', 'secret')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(comparisons(() => sameToken('s', 'secret'))).toBe(1);
  });

  it('those of the lab', () => {
    const sessions = { begin: () => 'session', knows: () => false, list: () => [], end: () => undefined };
    const access = grantAccess('secret', '127.0.0.1', sessions);
    expect(access.isOwner({ authorization: 'Bearer secret' })).toBe(true);
    expect(comparisons(() => access.isOwner({ authorization: 'Bearer s' }))).toBe(1);
    const headers = { origin: 'http://127.0.0.1:1' };
    const code = access.code();
    expect(comparisons(() => access.letIn({ code: 'wrong' }, headers))).toBe(1);
    expect(access.letIn({ code }, headers)).toBe('session');
  });
});
