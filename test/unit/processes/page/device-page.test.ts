import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../../../main/errors.ts';
import { devicePage } from '../../../../main/processes/page/device-page.ts';
import { closing } from '../../../support/closing.ts';
import { temporaryFolder } from '../../../support/run-store.ts';

const token = 'a-secret';
const bearer = { authorization: `Bearer ${token}` };

/** A server of a page that consists of two files, and what it answers. */
async function served(built = true): Promise<(path: string, init?: RequestInit) => Promise<Response>> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'assets'));
  if (built) writeFileSync(join(folder, 'device.html'), 'the page');
  writeFileSync(join(folder, 'index.html'), 'the lab');
  writeFileSync(join(folder, 'assets', 'engine-1.wasm'), 'kernels');
  const page = devicePage({
    token,
    folder,
    content: (path) => {
      if (path === '/set/broken') throw new SluiceError('set-damaged', 'It is damaged.');
      return Promise.resolve(path === '/set/one' ? new TextEncoder().encode('weights') : null);
    },
  });
  const server = createServer((request, response) => {
    const { pathname } = new URL(`http://x${request.url}`);
    if (!page(pathname, request, response)) response.writeHead(418).end();
  }).listen(0, '127.0.0.1');
  closing({ close: () => void server.close() });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init);
}

describe('the page of a device', () => {
  it('is given to everybody, with a policy that allows nothing from elsewhere', async () => {
    const get = await served();
    const page = await get('/');
    expect(await page.text()).toBe('the page');
    const policy = page.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
    expect(policy).not.toMatch(/'unsafe-eval'|https?:/);
    expect(page.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    expect(page.headers.get('permissions-policy')).toContain('camera=(self)');
    const kernels = await get('/assets/engine-1.wasm');
    expect([kernels.headers.get('content-type'), await kernels.text()]).toEqual(['application/wasm', 'kernels']);
    expect((await get('/assets/other.js')).status).toBe(404);
    expect((await get('/', { method: 'POST' })).status).toBe(405);
  });

  it('leaves other paths to others, the window of the lab among them', async () => {
    const get = await served();
    for (const path of ['/index.html', '/v2/models', '/device.html']) expect((await get(path)).status).toBe(418);
  });

  it('gives what it needs of a set to who shows the token alone', async () => {
    const get = await served();
    for (const authorization of ['', 'Bearer wrong', token]) {
      const headers = { authorization };
      expect((await get('/set/one', { headers })).status).toBe(401);
    }
    expect(await (await get('/set/one', { headers: bearer })).text()).toBe('weights');
    expect((await get('/set/other', { headers: bearer })).status).toBe(404);
    const broken = await get('/set/broken', { headers: bearer });
    expect([broken.status, await broken.text()]).toEqual([409, 'It is damaged.\n']);
  });

  it('says what to do where it is not built', async () => {
    const answer = await (await served(false))('/');
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('npm run build')]);
  });
});
