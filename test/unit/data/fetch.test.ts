import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { fetchAsSystem } from '../../../main/data/fetch.ts';

// In its own process: what the environment says of proxies is read once.
it('downloads come through the proxy of the environment', async () => {
  const asked: (string | undefined)[] = [];
  const origin = createServer((_, response) => response.end('the file')).listen(0, '127.0.0.1');
  const proxy = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => {
    vi.unstubAllEnvs();
    for (const server of [origin, proxy]) server.close().closeAllConnections();
  });
  await Promise.all([once(origin, 'listening'), once(proxy, 'listening')]);
  const port = (server: typeof origin): number => (server.address() as AddressInfo).port;
  proxy.on('connect', ({ url }, client) => {
    asked.push(url);
    const far = connect(port(origin), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.pipe(far).pipe(client);
    });
  });
  for (const name of ['http_proxy', 'HTTP_PROXY']) vi.stubEnv(name, `http://127.0.0.1:${port(proxy)}`);
  for (const name of ['no_proxy', 'NO_PROXY']) vi.stubEnv(name, '');
  const response = await fetchAsSystem('http://data.example/file', { headers: {} });
  expect(await new Response(response.body).text()).toBe('the file');
  expect(asked).toEqual(['data.example:80']);
});
