import { generateKeyPairSync } from 'node:crypto';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { beforeAll, describe, expect, it } from 'vitest';
import { ownCertificate, readCertificate } from '../../../../main/processes/server/certificate.ts';
import { temporaryFolder } from '../../../support/closing.ts';
import { certificate, expiredCertificate, key } from '../../offload/certificates.ts';
import { onUnix } from '../../../support/where.ts';

const files = { cert: '', key: '' };
let authority: Awaited<ReturnType<typeof generate>>;
let leaf: typeof authority;

beforeAll(async () => {
  const options = { keyType: 'ec', curve: 'P-256' } as const;
  authority = await generate([{ name: 'commonName', value: 'authority' }], options);
  leaf = await generate([{ name: 'commonName', value: 'server' }], {
    ...options,
    ca: { key: authority.private, cert: authority.cert },
  });
});

function read(cert: string, privateKey: string) {
  const folder = temporaryFolder();
  files.cert = join(folder, 'server.pem');
  files.key = join(folder, 'server.key');
  writeFileSync(files.cert, cert);
  writeFileSync(files.key, privateKey);
  return readCertificate(files.cert, files.key);
}

onUnix.describe('the certificate that a server makes', () => {
  it('has a key that its user alone can read', async () => {
    const folder = join(temporaryFolder(), 'tls');
    const made = await ownCertificate(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'key.pem')).mode & 0o777).toBe(0o600);
    expect(await ownCertificate(folder)).toEqual(made);
  });
});

describe('the certificate of a server', () => {
  it('may have its authority behind it, and text around', async () => {
    const chain = `subject: server\n${leaf.cert}\nissuer:\n${authority.cert}`;
    expect(await read(chain, leaf.private)).toEqual({ cert: chain, key: leaf.private });
    await read(certificate, key);
  });

  it('and its key are told apart by file when they cannot be used', async () => {
    const { privateKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' },
    });
    const damaged = certificate.replace('MIIB', 'AAAA');
    for (const [cert, own, file, why] of [
      [`${authority.cert}\n${leaf.cert}`, leaf.private, 'cert', 'wrong order. Put'],
      [`${leaf.cert}\n${certificate}\n${authority.cert}`, leaf.private, 'cert', 'wrong order (CN=localhost'],
      [leaf.cert, key, 'key', 'not the key of the certificate'],
      [certificate, privateKey, 'key', 'encrypted with a passphrase'],
      [key, key, 'cert', 'it holds a key. That is given with --tls-key'],
      [certificate, expiredCertificate, 'key', 'no private key in PEM'],
      ['', key, 'cert', 'no certificate in PEM'],
      [damaged, key, 'cert', 'certificate 1 of 1 is damaged'],
    ] as const) {
      const refused = read(cert, own);
      await expect(refused, why).rejects.toMatchObject({
        code: 'certificate-unreadable',
        message: expect.stringContaining(why) as string,
      });
      await expect(refused).rejects.toMatchObject({ path: files[file] });
    }
  });
});
