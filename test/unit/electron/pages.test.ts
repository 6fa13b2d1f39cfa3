import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { servePage } from '../../../electron/pages.ts';
import { temporaryFolder } from '../../support/run-store.ts';

/** A built window, and beside it what must not be served. */
function builtWindow(): string {
  const folder = temporaryFolder();
  const root = join(folder, 'renderer');
  mkdirSync(join(root, 'assets'), { recursive: true });
  writeFileSync(join(root, 'index.html'), '<title>Sluice</title>');
  writeFileSync(join(root, 'assets', 'index-1a2b.js'), 'export {};');
  writeFileSync(join(root, 'assets', 'notes.exe'), 'no');
  writeFileSync(join(folder, 'secret.html'), 'secret');
  mkdirSync(join(folder, 'renderer-2'));
  writeFileSync(join(folder, 'renderer-2', 'index.html'), 'another');
  return root;
}

const get = (url: string, method = 'GET'): Promise<Response> => servePage(builtWindow(), { method, url });

describe('pages of the window', () => {
  it('come with their type, under a policy that allows nothing remote, inline or evaluated', async () => {
    const page = await get('sluice://lab/');
    expect(await page.text()).toBe('<title>Sluice</title>');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(policy).not.toMatch(/unsafe-eval|https?:|\*/);
  });

  it('come without a body when only asked about', async () => {
    const page = await get('sluice://lab/assets/index-1a2b.js?v=1#top', 'HEAD');
    expect([page.status, await page.text()]).toEqual([200, '']);
    expect(page.headers.get('content-type')).toMatch(/^text\/javascript/);
  });

  it.each([
    'sluice://lab/../secret.html',
    'sluice://lab/%2e%2e/secret.html',
    'sluice://lab/%2e%2e%2fsecret.html',
    'sluice://lab/..%5csecret.html',
    'sluice://lab/assets/%2e%2e/%2e%2e/secret.html',
    'sluice://lab/%2e%2e/renderer-2/index.html',
    'sluice://lab//etc/passwd.html',
    'sluice://lab/index.html%00.js',
    'sluice://lab/%E0%A4%A',
    'sluice://lab/assets/',
    'sluice://lab/assets/notes.exe',
    'sluice://lab/missing.js',
    'sluice://other/index.html',
    'https://lab/index.html',
  ])('are not found at %s', async (url) => {
    const page = await get(url);
    expect([page.status, await page.text()]).toEqual([404, '']);
  });

  it('are only read', async () => {
    expect((await get('sluice://lab/', 'POST')).status).toBe(405);
  });
});
