import type { Command } from 'commander';
import { amount } from './arguments.ts';
import { note } from './format.ts';
import { listen } from './interrupt.ts';
import { addAccessOptions, addressOf, type AccessFlags } from './network.ts';

interface SourceOptions extends AccessFlags {
  readonly join: string;
  readonly retrySeconds: number;
}

/** `source`. */
export function addSourceCommand(program: Command): void {
  const command = program
    .command('source')
    .summary('be a data source of a run on another machine')
    .description(
      'Joins a run that was started with --wait-for-sources: this machine computes the client half on its own copy of ' +
        'the data set, and the run keeps records and checkpoints. Ends with the run.',
    )
    .requiredOption('--join <url>', 'where the run waits, as it printed it');
  addAccessOptions(command, 'the run', 'token and data')
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
