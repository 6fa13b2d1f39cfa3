import { Option, type Command } from 'commander';
import { engineChoices } from '../engine/choices.ts';
import { SluiceError } from '../errors.ts';
import { sluiceHome } from '../home.ts';
import { reachableUrl } from '../processes/server/reachable.ts';
import type { ServedOffload, ServeOptions, Tls } from '../processes/server/serve.ts';
import { amount, count, port } from './arguments.ts';
import { factLines, print } from './format.ts';
import { showServer } from './offload-display.ts';
import { givenToken } from './server-token.ts';

interface OffloadOptions {
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
  readonly maxMemory?: number;
  readonly sessionMemory?: number;
  readonly idle?: number;
}

const mebibyte = 1024 ** 2;

/** `offload`. */
export function addOffloadCommand(program: Command): void {
  program
    .command('offload')
    .summary('compute the server halves of runs on other machines')
    .description(
      'Starts an offload server: data sources on this or other machines train their server halves here. It needs no ' +
        'data and keeps running until Ctrl-C. Beyond this machine it wants TLS.',
    )
    .option('--host <address>', 'where to listen; 0.0.0.0 is every network of this machine', '127.0.0.1')
    .option('--port <number>', 'port; 0 takes any free one', port, 4450)
    .option('--token-file <file>', 'the secret clients show, instead of a new one; SLUICE_TOKEN does the same')
    .option('--tls', 'encrypt with a certificate of its own making, whose fingerprint clients pin')
    .option('--tls-cert <file>', 'encrypt with this certificate, PEM')
    .option('--tls-key <file>', 'key of the certificate, PEM')
    .option('--insecure', 'listen beyond this machine without encryption')
    .addOption(new Option('--engine <engine>', 'what computes').choices(engineChoices))
    .option('--threads <count>', 'threads of the cpu engine; all cores unless given', count)
    .option('--max-clients <count>', 'connections at a time (64)', count)
    .option('--max-frame <MiB>', 'largest message (256)', amount)
    .option('--max-memory <MiB>', 'memory for server halves and batches (half of the machine)', amount)
    .option('--session-memory <MiB>', 'memory for the server half of one session (2048)', amount)
    .option('--idle <seconds>', 'how long a session without a connection is kept (600)', amount)
    .addHelpText(
      'after',
      `
Examples:
  sluice offload
  sluice offload --host 0.0.0.0 --tls
  sluice offload --host 0.0.0.0 --tls-cert server.pem --tls-key server.key --token-file token.txt`,
    )
    .action(offload);
}

async function offload(options: OffloadOptions): Promise<void> {
  const given = await givenToken(options.tokenFile);
  const { serveOffload } = await import('../processes/server/serve.ts');
  const display = showServer();
  const server = await serveOffload(
    {
      home: sluiceHome(),
      host: options.host,
      port: options.port,
      token: given,
      tls: tlsOf(options),
      insecure: options.insecure,
      engine: options.engine,
      threads: options.threads,
      limits: limitsOf(options),
      memoryBytes: options.maxMemory === undefined ? undefined : options.maxMemory * mebibyte,
      sessionBytes: options.sessionMemory === undefined ? undefined : options.sessionMemory * mebibyte,
    },
    display.event,
  );
  announce(server, given === undefined);
  const ended = ending();
  display.follow(server.stats);
  await ended;
  display.end();
  print('Stopping.');
  await server.close();
}

function announce(server: ServedOffload, newToken: boolean): void {
  const { url, token, fingerprint, engine } = server;
  const reachable = reachableUrl(url);
  const command = [
    `sluice run quickstart --offload ${reachable}`,
    `--token ${newToken ? token : '"$SLUICE_TOKEN"'}`,
    ...(fingerprint === undefined ? [] : [`--fingerprint ${fingerprint}`]),
  ].join(' ');
  print([
    ...factLines([
      ['Offload server', url],
      ['Computes on', engine],
      ...(newToken ? ([['Token', token]] as const) : []),
      ...(fingerprint === undefined ? [] : ([['Fingerprint', fingerprint]] as const)),
    ]),
    '',
    'To train with it:',
    `  ${command}`,
    '',
  ]);
}

function tlsOf({ tls, tlsCert, tlsKey }: OffloadOptions): Tls | undefined {
  if (tlsCert !== undefined && tlsKey !== undefined && !tls) return { cert: tlsCert, key: tlsKey };
  if (tlsCert === undefined && tlsKey === undefined) return tls ? 'own' : undefined;
  throw new SluiceError('bad-usage', '--tls-cert and --tls-key belong together, and --tls alone makes its own.');
}

function limitsOf({ maxClients, maxFrame, idle }: OffloadOptions): ServeOptions['limits'] {
  return {
    ...(maxClients === undefined ? {} : { clients: maxClients, sessions: maxClients }),
    ...(maxFrame === undefined ? {} : { messageBytes: Math.floor(maxFrame * mebibyte) }),
    ...(idle === undefined ? {} : { idleSeconds: idle }),
  };
}

/** Resolves at the first wish to end; a second Ctrl-C ends at once. */
function ending(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}
