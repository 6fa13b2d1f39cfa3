import { expect, it } from 'vitest';
import { openLabServer } from '../../../main/lab/server/offload-server.ts';
import { closing, temporaryFolder } from '../../support/closing.ts';

it('on all networks it tells an address under which other machines find it', { timeout: 30_000 }, async () => {
  const server = openLabServer({ home: temporaryFolder(), onChange: () => undefined });
  closing({ close: () => server.stop() });
  const state = await server.start({ host: '0.0.0.0', port: 0, tls: true });
  expect(state).toMatchObject({ status: 'running', url: expect.stringMatching(/^wss:/) as string });
  expect(state.status === 'running' && new URL(state.url).hostname).not.toBe('0.0.0.0');
});
