import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect as connectTcp, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dial } from '../../../../main/offload/client/dial.ts';
import { authoritiesOf } from '../../../../main/authorities.ts';
import { closing } from '../../../support/closing.ts';
import { certificate, key } from '../certificates.ts';
import { serve, token } from '../fake-half.ts';

/** A proxy that leads every name to this machine, and what it was asked for. */
async function startProxy(answer = 200): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const proxy: Server = createServer();
  proxy.on('connect', ({ url = '', headers }, client) => {
    asked.push(`${url} ${headers['proxy-authorization'] ?? ''}`.trim());
    client.on('error', () => undefined);
    if (answer !== 200) {
      client.end(`HTTP/1.1 ${answer} No\r\n\r\n`);
      return;
    }
    const far = connectTcp(Number(url.split(':')[1]), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(far).pipe(client);
    }).on('error', () => client.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  closing(proxy);
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked };
}

beforeEach(() => {
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY']) {
    vi.stubEnv(name, '');
    vi.stubEnv(name.toLowerCase(), '');
  }
});
afterEach(() => vi.unstubAllEnvs());

describe('a server elsewhere is reached through the proxy of the environment', () => {
  it('encrypted to its end, with the name and password of the proxy', async () => {
    const { url, asked } = await startProxy();
    vi.stubEnv('HTTPS_PROXY', url.replace('//', '//me:p%40ss@'));
    const { port } = new URL((await serve({ tls: { cert: certificate, key } })).url);
    const address = { url: `wss://gpu.example:${port}`, token, ca: certificate };
    // The certificate is that of localhost: that it is another's is seen through the proxy.
    await expect(dial(address, 'test')).rejects.toMatchObject({ code: 'tls-untrusted' });
    const pinned = { ...address, ca: undefined, fingerprint: new X509Certificate(certificate).fingerprint256 };
    const { connection } = await dial(pinned, 'test');
    expect(connection.traffic().wire.sent).toBeGreaterThan(connection.traffic().messages.sent);
    connection.close(1000);
    const credentials = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
    expect(asked).toEqual(Array(2).fill(`gpu.example:${port} ${credentials}`));
  });

  it('not where NO_PROXY names it, nor on this machine', async () => {
    const { url, asked } = await startProxy();
    vi.stubEnv('HTTP_PROXY', url);
    const server = await serve();
    (await dial({ url: server.url, token }, 'test')).connection.close(1000);
    expect(asked).toEqual([]);
    const { port } = new URL(server.url);
    const far = { url: `ws://gpu.example:${port}`, token, insecure: true };
    (await dial(far, 'test')).connection.close(1000);
    expect(asked).toEqual([`gpu.example:${port}`]);
    vi.stubEnv('NO_PROXY', 'gpu.example');
    await expect(dial(far, 'test')).rejects.toMatchObject({ code: expect.stringMatching(/^server-un/) as string });
    expect(asked).toHaveLength(1);
  });

  it('and a proxy that refuses, is away or is none says so without its password', async () => {
    const { url } = await startProxy(407);
    for (const [proxy, why] of [
      [url.replace('//', '//me:secret@'), 'it answers 407'],
      ['http://me:secret@127.0.0.1:1', 'cannot be reached'],
      ['socks://me:secret@proxy', 'expected an address such as'],
      ['me:secret', 'expected an address such as'],
    ]) {
      vi.stubEnv('HTTPS_PROXY', proxy);
      const refused = dial({ url: 'wss://gpu.example:4450', token }, 'test');
      await expect(refused).rejects.toMatchObject({
        code: 'proxy-failed',
        message: expect.stringContaining(why) as string,
      });
      await expect(refused).rejects.not.toThrow('secret');
    }
  });
});

describe('the authorities of this machine', () => {
  it('are those of Node and of the system, where Node can read them', () => {
    expect(authoritiesOf({})).toBeUndefined();
    const read = (type: string): string[] => (type === 'default' ? ['node', 'both'] : ['both', 'system']);
    expect(authoritiesOf({ getCACertificates: read })).toEqual(['node', 'both', 'system']);
  });
});
