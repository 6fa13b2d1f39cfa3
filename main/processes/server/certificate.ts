import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { messageOf, SluiceError } from '../../errors.ts';

/** PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const years = 5;
const dayMs = 24 * 3600 * 1000;

/**
 * This machine's certificate of its own making, kept in `folder` so that clients which pinned its fingerprint know it
 * again. A new one is made when there is none or it ends within a month.
 */
export async function ownCertificate(folder: string): Promise<Certificate> {
  const certFile = join(folder, 'cert.pem');
  const keyFile = join(folder, 'key.pem');
  const [cert, key] = await Promise.all([readIfThere(certFile), readIfThere(keyFile)]);
  if (cert !== null && key !== null && isUsable(cert)) return { cert, key };
  const made = await makeCertificate();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(keyFile, made.key, { mode: 0o600 });
  await writeFile(certFile, made.cert);
  return made;
}

/** Throws `certificate-unreadable` naming the file. */
export async function readCertificate(certFile: string, keyFile: string): Promise<Certificate> {
  const [cert, key] = await Promise.all([certFile, keyFile].map(readPem));
  try {
    new X509Certificate(cert);
  } catch (cause) {
    throw unreadable(certFile, cause);
  }
  return { cert, key };
}

/** SHA-256 of the certificate, as clients pin it. */
export function fingerprintOf({ cert }: Pick<Certificate, 'cert'>): string {
  return new X509Certificate(cert).fingerprint256;
}

async function makeCertificate(): Promise<Certificate> {
  const addresses = Object.values(networkInterfaces()).flatMap((found) => (found ?? []).map(({ address }) => address));
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'Sluice offload server' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + years * 365 * dayMs),
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...['localhost', hostname()].map((value) => ({ type: 2 as const, value })),
          ...[...new Set(['127.0.0.1', '::1', ...addresses])]
            .filter((ip) => !ip.includes('%'))
            .map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  return { cert, key };
}

function isUsable(cert: string): boolean {
  try {
    return Date.parse(new X509Certificate(cert).validTo) > Date.now() + 30 * dayMs;
  } catch {
    return false;
  }
}

async function readIfThere(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw unreadable(path, error);
  });
}

function readPem(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw unreadable(path, error);
  });
}

function unreadable(path: string, cause: unknown): SluiceError {
  return new SluiceError(
    'certificate-unreadable',
    `Cannot use ${path} (${messageOf(cause)}): expected a certificate or key in PEM. Give another file, or --tls to make one.`,
    { path, cause },
  );
}
