import type { Command } from 'commander';
import { sluiceHome } from '../home.ts';
import { reachableUrl } from '../processes/server/reachable.ts';
import type { ServedOffload } from '../processes/server/serve.ts';
import { amount } from './arguments.ts';
import { factLines, print } from './format.ts';
import { addListeningOptions, ending, limitsOf, tlsOf, type ListeningOptions } from './listening.ts';
import { liveLine, showServer } from './offload-display.ts';
import { givenToken } from './server-token.ts';

interface OffloadOptions extends ListeningOptions {
  readonly maxMemory?: number;
  readonly sessionMemory?: number;
}

const mebibyte = 1024 ** 2;

/** `offload`. */
export function addOffloadCommand(program: Command): void {
  const command = program
    .command('offload')
    .summary('compute the server halves of runs on other machines')
    .description(
      'Starts an offload server: data sources on this or other machines train their server halves here. It needs no ' +
        'data and keeps running until Ctrl-C. Beyond this machine it wants TLS.',
    );
  addListeningOptions(command, { frame: 256, clients: 64 })
    .option('--max-memory <MiB>', 'memory for server halves and batches (half of the machine)', amount)
    .option('--session-memory <MiB>', 'memory for the server half of one session (2048)', amount)
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
  display.follow(async () => liveLine(await server.stats()));
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
