import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { messageOf, SluiceError } from '../errors.ts';
import type { NetworkOptions } from '../host/run/network.ts';
import { number } from './arguments.ts';

/** What `run` and `resume` say of the offload server. */
export interface ServerOptions {
  readonly offload?: string;
  readonly token?: string;
  readonly ca?: string;
  readonly fingerprint?: string;
  readonly retrySeconds?: number;
}

export function addServerOptions(command: Command): Command {
  return command
    .option('--offload <url>', 'train with the offload server at wss://host:port instead of one of its own')
    .option('--token <token>', 'what that server printed; SLUICE_TOKEN does the same')
    .option('--ca <file>', 'trust the certificates of this authority, PEM')
    .option('--fingerprint <sha256>', 'trust the certificate with this fingerprint alone, as the server printed it')
    .option('--retry-seconds <seconds>', 'how long to try to reach the server, at first and after a loss (60)', number);
}

/** Throws `bad-usage` where the options do not fit together. */
export function networkOf({ offload, token, ca, fingerprint, retrySeconds }: ServerOptions): NetworkOptions {
  const retry = retrySeconds === undefined ? {} : { retrySeconds };
  if (offload === undefined) {
    const alone = Object.entries({ token, ca, fingerprint }).find(([, value]) => value !== undefined);
    if (alone) throw new SluiceError('bad-usage', `--${alone[0]} is for a server elsewhere: give its --offload, too.`);
    return retry;
  }
  const secret = token ?? process.env['SLUICE_TOKEN'];
  if (secret === undefined) {
    const message = `--offload ${offload} needs the token that the server printed: --token, or SLUICE_TOKEN in the environment.`;
    throw new SluiceError('bad-usage', message, { path: 'token' });
  }
  const trusted = {
    ...(ca === undefined ? {} : { ca: readCertificates(ca) }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
  };
  return { ...retry, offload: { url: offload, token: secret, ...trusted } };
}

function readCertificates(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SluiceError('bad-usage', `--ca: cannot read ${file} (${messageOf(cause)}).`, { path: 'ca', cause });
  }
}
