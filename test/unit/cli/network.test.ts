import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { addressOf, networkOf } from '../../../main/cli/network.ts';
import { temporaryFolder } from '../../support/closing.ts';

const offload = 'wss://server:4450';
const token = 'a token of 192 bits or so';

afterEach(() => vi.unstubAllEnvs());

describe('the offload server that options name', () => {
  it('is none unless they name one', () => {
    expect(networkOf({})).toEqual({});
    expect(networkOf({ retrySeconds: 5 })).toEqual({ retrySeconds: 5 });
    expect(() => networkOf({ fingerprint: 'AB' })).toThrow(/--fingerprint .*--offload/);
  });

  it('needs a token, from an option or the environment', () => {
    vi.stubEnv('SLUICE_TOKEN', undefined);
    expect(() => networkOf({ offload })).toThrow(/--token, or SLUICE_TOKEN/);
    expect(networkOf({ offload, token, fingerprint: 'AB:CD' })).toEqual({
      offload: { url: offload, token, fingerprint: 'AB:CD' },
    });
    vi.stubEnv('SLUICE_TOKEN', token);
    expect(networkOf({ offload })).toEqual({ offload: { url: offload, token } });
  });

  it.each(['server:4450', 'https://server:4450', 'wss://', ''])('has an address, which "%s" is not', (url) => {
    const refused = expect.objectContaining({ code: 'url-invalid' }) as Error;
    expect(() => networkOf({ offload: url, token })).toThrow(refused);
    expect(() => addressOf('--join', url, { token })).toThrow(refused);
  });

  it('is not sent its token unencrypted, nor a certificate to check that it does not have', () => {
    const plain = 'ws://gpu.example:4450';
    expect(() => networkOf({ offload: plain, token })).toThrow(/--insecure/);
    expect(networkOf({ offload: plain, token, insecure: true }).offload).toMatchObject({ insecure: true });
    expect(() => addressOf('--join', plain, { token })).toThrow(expect.objectContaining({ code: 'connect-insecure' }));
    for (const url of [plain, 'ws://127.0.0.1:4450']) {
      expect(() => networkOf({ offload: url, token, fingerprint: 'AB', insecure: true })).toThrow(/--fingerprint/);
    }
    expect(networkOf({ offload: 'ws://127.0.0.1:4450', token }).offload).toBeDefined();
  });

  it('is one that all can reach, where sources join', () => {
    expect(() => networkOf({ waitForSources: 2 })).toThrow(/--wait-for-sources .*--offload/);
    const { join } = networkOf({ offload, token, waitForSources: 2, joinHost: '0.0.0.0' });
    expect(join).toMatchObject({ count: 2, host: '0.0.0.0', port: 4460 });
  });

  it('is trusted by the certificates of a file, which has to be there', () => {
    const ca = join(temporaryFolder(), 'ca.pem');
    expect(() => networkOf({ offload, token, ca })).toThrow(/--ca: cannot read .*ca\.pem/);
    writeFileSync(ca, 'no certificates');
    expect(() => networkOf({ offload, token, ca })).toThrow(/ca\.pem holds no certificate/);
    const certificate = '-----BEGIN CERTIFICATE-----\n…';
    writeFileSync(ca, certificate);
    expect(networkOf({ offload, token, ca }).offload).toMatchObject({ ca: certificate });
  });
});
