import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { messageOf, SluiceError } from '../errors.ts';
import type { JoinOptions, NetworkOptions } from '../processes/run/network.ts';
import { pageLines } from './page-link.ts';
import { pageLinkOf } from '../processes/page/link.ts';
import { reachableUrl } from '../processes/server/reachable.ts';
import { requireProtected, requireUrl, type ServerAddress } from '../offload/client/dial.ts';
import { amount, count, fingerprint, port } from './arguments.ts';
import { print } from './format.ts';

/** What a command says of a server elsewhere: how to be let in, and what to trust. */
export interface AccessFlags {
  readonly token?: string;
  readonly ca?: string;
  readonly fingerprint?: string;
  readonly insecure?: boolean;
}

/** `printed`: who printed token and fingerprint; `sent`: what goes there. */
export function addAccessOptions(command: Command, printed: string, sent: string): Command {
  return command
    .option('--token <token>', `what ${printed} printed; SLUICE_TOKEN does the same`)
    .option('--ca <file>', 'trust the certificates of this authority, PEM')
    .option(
      '--fingerprint <sha256>',
      `trust the certificate with this fingerprint alone, as ${printed} printed it`,
      fingerprint,
    )
    .option('--insecure', `send ${sent} unencrypted to another machine (ws://)`);
}

/** What `run` and `resume` say of the offload server. */
export interface ServerFlags extends AccessFlags {
  readonly offload?: string;
  readonly retrySeconds?: number;
  readonly waitForSources?: number;
  readonly joinHost?: string;
  readonly joinPort?: number;
}

export function addServerOptions(command: Command): Command {
  command.option('--offload <url>', 'train with the offload server at wss://host:port instead of one of its own');
  return addAccessOptions(command, 'that server', 'token and data')
    .option('--retry-seconds <seconds>', 'how long to try to reach the server, at first and after a loss (60)', amount)
    .option('--wait-for-sources <count>', 'so many of its data sources join from other machines', count)
    .option('--join-host <address>', 'where to listen for them; 0.0.0.0 is every network of this machine (127.0.0.1)')
    .option('--join-port <number>', 'and on which port (4460)', port);
}

/** Throws `bad-usage` where the options do not fit together. */
export function networkOf(options: ServerFlags): NetworkOptions {
  const { offload, retrySeconds, waitForSources, joinHost = '127.0.0.1', joinPort = 4460 } = options;
  const own = {
    ...(retrySeconds === undefined ? {} : { retrySeconds }),
    ...(waitForSources === undefined
      ? {}
      : { join: { count: waitForSources, host: joinHost, port: joinPort, announce: announceJoining } }),
  };
  if (offload !== undefined) return { ...own, offload: addressOf('--offload', offload, options) };
  const alone = (['token', 'ca', 'fingerprint', 'insecure'] as const).find((name) => options[name] !== undefined);
  if (alone) throw new SluiceError('bad-usage', `--${alone} is for a server elsewhere: give its --offload, too.`);
  if (waitForSources !== undefined) {
    const message = 'start one with "sluice offload" where all sources can reach it, and give its --offload, too.';
    throw new SluiceError('bad-usage', `--wait-for-sources needs a server elsewhere: ${message}`);
  }
  return own;
}

/** How to reach a server, with the token from the options or the environment. */
export function addressOf(
  option: string,
  url: string,
  { token, ca, fingerprint, insecure }: AccessFlags,
): ServerAddress {
  requireUrl(url, option.slice(2));
  const secret = token ?? process.env['SLUICE_TOKEN'];
  if (secret === undefined || secret === '') {
    const message = `${option} ${url} needs the token that was printed there: --token, or SLUICE_TOKEN in the environment.`;
    throw new SluiceError('bad-usage', message, { path: 'token' });
  }
  const address = {
    url,
    token: secret,
    ...(ca === undefined ? {} : { ca: readCertificates(ca) }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(insecure === undefined ? {} : { insecure }),
  };
  requireProtected(address, option.slice(2));
  return address;
}

function announceJoining({ url, token, fingerprint }: Parameters<JoinOptions['announce']>[0]): void {
  const trust = fingerprint === null ? '' : ` --fingerprint ${fingerprint}`;
  print([
    'Waiting for data sources. On their machines:',
    `  sluice source --join ${reachableUrl(url)} --token ${token}${trust}`,
    '',
    ...pageLines(pageLinkOf(url, 'join', token), fingerprint),
  ]);
}

function readCertificates(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SluiceError('bad-usage', `--ca: cannot read ${file} (${messageOf(cause)}).`, { path: 'ca', cause });
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new SluiceError('bad-usage', `--ca: ${file} holds no certificate in PEM.`, { path: 'ca' });
}
