import type { Command } from 'commander';
import { amount, fingerprint } from './arguments.ts';
import { note } from './format.ts';
import { listen } from './interrupt.ts';
import { addressOf } from './network.ts';

interface SourceOptions {
  readonly join: string;
  readonly token?: string;
  readonly ca?: string;
  readonly fingerprint?: string;
  readonly insecure?: boolean;
  readonly retrySeconds: number;
}

/** `source`. */
export function addSourceCommand(program: Command): void {
  program
    .command('source')
    .summary('be a data source of a run on another machine')
    .description(
      'Joins a run that was started with --wait-for-sources: this machine computes the client half on its own copy of ' +
        'the data set, and the run keeps records and checkpoints. Ends with the run.',
    )
    .requiredOption('--join <url>', 'where the run waits, as it printed it')
    .option('--token <token>', 'what the run printed; SLUICE_TOKEN does the same')
    .option('--ca <file>', 'trust the certificates of this authority, PEM')
    .option(
      '--fingerprint <sha256>',
      'trust the certificate with this fingerprint alone, as the run printed it',
      fingerprint,
    )
    .option('--insecure', 'send token and data unencrypted to another machine (ws://)')
    .option('--retry-seconds <seconds>', 'how long to try to reach the run', amount, 60)
    .action(async ({ join, retrySeconds, ...options }: SourceOptions) => {
      const { joinRun } = await import('../processes/source/elsewhere/join-run.ts');
      const { signal, end } = listen(() => undefined);
      try {
        await joinRun({ run: addressOf('--join', join, options), retrySeconds, signal, onEvent: note });
      } finally {
        end();
      }
    });
}
