import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { codeOf, messageOf, SluiceError } from '../../errors.ts';

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

/** A certificate, with those of its authorities behind it, and its key. Throws `certificate-unreadable` naming the file. */
export async function readCertificate(certFile: string, keyFile: string): Promise<Certificate> {
  const [cert, key] = await Promise.all([certFile, keyFile].map(readPem));
  const chain = readChain(cert, certFile);
  const own = readKey(key, keyFile);
  const at = chain.findIndex((certificate) => certificate.checkPrivateKey(own));
  if (at < 0)
    throw unusable(keyFile, `it is not the key of the certificate in ${certFile}. Give the one it was made with.`);
  if (at > 0) throw outOfOrder(certFile);
  for (const [i, { subject }] of chain.slice(1).entries()) {
    if (chain[i].issuer !== subject) throw outOfOrder(certFile, subject);
  }
  return { cert, key };
}

function readChain(text: string, file: string): X509Certificate[] {
  const parts = text.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g);
  if (!parts) {
    const found = text.includes('PRIVATE KEY-----')
      ? 'it holds a key. That is given with --tls-key'
      : 'it holds no certificate in PEM';
    throw unusable(file, `${found}.`);
  }
  return parts.map((part, i) => {
    try {
      return new X509Certificate(part);
    } catch (cause) {
      throw unusable(file, `certificate ${i + 1} of ${parts.length} is damaged (${messageOf(cause)}).`, cause);
    }
  });
}

function readKey(text: string, file: string): KeyObject {
  if (/ENCRYPTED/.test(text)) {
    const remedy = `openssl pkey -in ${file} -out plain.key`;
    throw unusable(
      file,
      `the key is encrypted with a passphrase, which nobody could give at a restart. Decrypt it: ${remedy}`,
    );
  }
  try {
    return createPrivateKey(text);
  } catch (cause) {
    throw unusable(file, `it holds no private key in PEM (${messageOf(cause)}).`, cause);
  }
}

function outOfOrder(file: string, stray?: string): SluiceError {
  const which = stray === undefined ? '' : ` (${stray.replaceAll('\n', ', ')} did not issue the one before it)`;
  return unusable(
    file,
    `its certificates are in the wrong order${which}. Put the server's own first, then the authority that issued it, and so on.`,
  );
}

/** SHA-256 of the certificate, as clients pin it. */
export function fingerprintOf({ cert }: Pick<Certificate, 'cert'>): string {
  return new X509Certificate(cert).fingerprint256;
}

async function makeCertificate(): Promise<Certificate> {
  // Only here: it is a third of what a server loads, and a machine makes one certificate in years.
  const { generate } = await import('selfsigned');
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
    if (codeOf(error) === 'ENOENT') return null;
    throw unreadable(path, error);
  });
}

function readPem(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw unreadable(path, error);
  });
}

function unreadable(path: string, cause: unknown): SluiceError {
  return unusable(
    path,
    `${messageOf(cause)}. Expected a certificate or key in PEM. Give another file, or --tls to make one.`,
    cause,
  );
}

function unusable(path: string, why: string, cause?: unknown): SluiceError {
  return new SluiceError('certificate-unreadable', `Cannot use ${path}: ${why}`, { path, cause });
}
