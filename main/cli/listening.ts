import { Option, type Command } from 'commander';
import { engineChoices } from '../engine/choices.ts';
import { SluiceError } from '../errors.ts';
import type { ServerLimits } from '../offload/server/server.ts';
import type { ServeOptions, Tls } from '../processes/server/serve.ts';
import { amount, count, port } from './arguments.ts';

/** What every server that is started here is told. */
export interface ListeningOptions {
  readonly host: string;
  readonly port: number;
  readonly tokenFile?: string;
  readonly tls?: boolean;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly insecure?: boolean;
  readonly engine?: ServeOptions['engine'];
  readonly threads?: number;
  readonly maxClients?: number;
  readonly maxFrame?: number;
  readonly idle?: number;
}

const mebibyte = 1024 ** 2;

/** What holds unless given: MiB of a message, and connections at a time. */
export function addListeningOptions(
  command: Command,
  { frame, clients }: { readonly frame: number; readonly clients: number },
): Command {
  return command
    .option('--host <address>', 'where to listen; 0.0.0.0 is every network of this machine', '127.0.0.1')
    .option('--port <number>', 'port; 0 takes any free one', port, 4450)
    .option('--token-file <file>', 'the secret clients show, instead of a new one; SLUICE_TOKEN does the same')
    .option('--tls', 'encrypt with a certificate of its own making, whose fingerprint clients pin')
    .option('--tls-cert <file>', 'encrypt with this certificate, PEM')
    .option('--tls-key <file>', 'key of the certificate, PEM')
    .option('--insecure', 'listen beyond this machine without encryption')
    .addOption(new Option('--engine <engine>', 'what computes').choices(engineChoices))
    .option('--threads <count>', 'threads of the cpu engine; all cores unless given', count)
    .option('--max-clients <count>', `connections at a time (${clients})`, count)
    .option('--max-frame <MiB>', `largest message (${frame})`, amount)
    .option('--idle <seconds>', 'how long a session without a connection is kept (600)', amount);
}

export function tlsOf({ tls, tlsCert, tlsKey }: ListeningOptions): Tls | undefined {
  if (tlsCert !== undefined && tlsKey !== undefined && !tls) return { cert: tlsCert, key: tlsKey };
  if (tlsCert === undefined && tlsKey === undefined) return tls ? 'own' : undefined;
  throw new SluiceError('bad-usage', '--tls-cert and --tls-key belong together, and --tls alone makes its own.');
}

export function limitsOf({ maxClients, maxFrame, idle }: ListeningOptions): Partial<ServerLimits> {
  return {
    ...(maxClients === undefined ? {} : { clients: maxClients, sessions: maxClients }),
    ...(maxFrame === undefined ? {} : { messageBytes: Math.floor(maxFrame * mebibyte) }),
    ...(idle === undefined ? {} : { idleSeconds: idle }),
  };
}

/** Resolves at the first wish to end; a second Ctrl-C ends at once. */
export function ending(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}
