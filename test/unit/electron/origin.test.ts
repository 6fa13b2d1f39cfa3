import { describe, expect, it } from 'vitest';
import { isOf, isTrusted, ownOrigin } from '../../../electron/origin.ts';

describe('the origin of the window', () => {
  it.each([
    ['sluice://lab/', true],
    ['sluice://lab/index.html#/design', true],
    ['sluice://lab.example/', false],
    ['sluice://other/', false],
    ['sluice:lab', false],
    ['https://lab/', false],
    ['file:///lab/index.html', false],
    ['about:blank', false],
    ['not an address', false],
  ])('of %s is its own: %s', (address, own) => {
    expect(isOf(ownOrigin, address)).toBe(own);
  });

  it('takes the development server by scheme, host and port', () => {
    const served = new URL('http://localhost:5173');
    expect(isOf(served, 'http://localhost:5173/index.html')).toBe(true);
    expect(isOf(served, 'http://localhost:5174/')).toBe(false);
    expect(isOf(served, 'http://localhost:5173@evil.example/')).toBe(false);
  });
});

describe('the sender of a message', () => {
  const frame = { url: 'sluice://lab/index.html#/runs', parent: null };
  const trusted = { sender: { id: 7 }, senderFrame: frame };

  it('is trusted when it is the main frame of the window, showing a page of the app', () => {
    expect(isTrusted(trusted, 7, ownOrigin)).toBe(true);
  });

  it.each([
    ['another window', { ...trusted, sender: { id: 8 } }],
    ['a frame within the page', { ...trusted, senderFrame: { ...frame, parent: frame } }],
    ['a page of elsewhere', { ...trusted, senderFrame: { ...frame, url: 'https://example.org/' } }],
    ['a frame that is gone', { ...trusted, senderFrame: null }],
  ])('is not when it is %s', (_what, sent) => {
    expect(isTrusted(sent, 7, ownOrigin)).toBe(false);
  });

  it('is not when there is no window', () => {
    expect(isTrusted(trusted, undefined, ownOrigin)).toBe(false);
  });
});
