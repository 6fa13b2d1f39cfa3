import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SingleBar } from 'cli-progress';
import { Option, type Command } from 'commander';
import { formatBudget, formatDuration } from '../charts/formats.ts';
import { engineChoices, type EngineChoice } from '../engine/choices.ts';
import { probeFiles, saveProbe, type ProbeReport } from '../runs/probe/file.ts';
import type { ProbeOptions } from '../runs/probe/probe.ts';
import type { Run } from '../runs/store/run.ts';
import type { Store } from '../runs/store/store.ts';
import { budgetFlag, budgetOf, count, wholeNumber } from './arguments.ts';
import { exitCodes } from './failure.ts';
import { note, print, tableLines } from './format.ts';
import { listen } from './interrupt.ts';
import { withStore } from './lab.ts';

interface ProbeFlags extends Omit<ProbeOptions, 'budget'> {
  readonly budget?: number | 'full';
  readonly engine: EngineChoice;
  readonly threads?: number;
  readonly json?: boolean;
  readonly output?: string;
}

/** `probe`. */
export function addProbeCommand(program: Command): void {
  program
    .command('probe')
    .summary('try to rebuild images from what a run sends')
    .description(
      "Trains an attacker's decoder on the maps that cross for training images, as they come out of the run's codec, and judges " +
        'what it makes of test images it has never seen: structural similarity (SSIM), mean squared error and PSNR, beside what the ' +
        'mean training image achieves. Kept in the folder of the run, shown by "sluice show". It is what this one attacker got: a ' +
        'low SSIM promises no privacy (docs/security.md).',
    )
    .argument('<run>', 'its number, id or "latest"')
    .option('--budget <maps>', 'only this budget of the run, or full (default: all it has pairs of)', budgetFlag)
    .option('--images <count>', 'training images that the attacker has', count, 1000)
    .option('--epochs <count>', 'passes over them', count, 30)
    .option('--seed <seed>', 'of the decoder', wholeNumber, 1)
    .option('--json', 'print the results as JSON')
    .option('-o, --output <file>', 'write the pictures beside the originals here as well (PNG)')
    .addOption(new Option('--engine <engine>', 'what computes').choices(engineChoices).default('auto'))
    .option('--threads <count>', 'threads of the cpu engine; all cores unless given', count)
    .addHelpText(
      'after',
      '\nExamples:\n  sluice probe latest\n  sluice probe 12 --budget 4 --images 2000 -o pictures.png',
    )
    .action(async (reference: string, flags: ProbeFlags) => {
      process.exitCode = await withStore((store) => probeRun(store, store.find(reference), flags), 'read');
    });
}

async function probeRun(store: Store, run: Run, { budget, ...flags }: ProbeFlags): Promise<number> {
  const options: ProbeOptions = { ...flags, ...(budget === undefined ? {} : { budget: budgetOf(budget) }) };
  const { probe, probeable } = await import('../runs/probe/probe.ts');
  const ready = probeable(store, run, options);
  const { openEngine } = await import('../engine/engine.ts');
  await openEngine(flags.engine, flags.threads === undefined ? {} : { threads: flags.threads });
  const { signal, end } = listen(() => undefined);
  const progress = display();
  const onProgress = (done: number): void => {
    signal.throwIfAborted();
    progress.update(done);
  };
  try {
    const { report, pictures } = await probe(ready, { ...options, onProgress });
    progress.end();
    await saveProbe(ready.folder, report, pictures);
    const kept = join(ready.folder, probeFiles.pictures);
    if (flags.output !== undefined) await copyFile(kept, flags.output);
    if (flags.json) print(JSON.stringify(report, null, 2));
    else print([...probeLines(report), '', pictureLine(report, flags.output ?? kept)]);
    return 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    progress.end();
    note('Interrupted: the run is as it was before.');
    return exitCodes.stopped;
  } finally {
    progress.end();
    end();
  }
}

/** One moving line with the time left on a terminal, nothing elsewhere. */
function display(): { readonly update: (done: number) => void; readonly end: () => void } {
  if (!process.stdout.isTTY) return { update: () => undefined, end: () => undefined };
  const started = performance.now();
  const bar = new SingleBar({
    format: 'probe  {bar} {percentage} %  {left}',
    barsize: 24,
    stream: process.stdout,
    hideCursor: true,
    clearOnComplete: true,
    gracefulExit: false,
  });
  bar.start(1, 0, { left: '' });
  return {
    update(done) {
      const seconds = ((performance.now() - started) / 1000) * (1 / done - 1);
      bar.update(done, { left: `${formatDuration(seconds)} left` });
    },
    end: () => bar.stop(),
  };
}

/** A probe as a table: each budget, then the mean training image. */
export function probeLines({ results, baseline, images, testImages, epochs, seed }: ProbeReport): string[] {
  const row = (name: string, { ssim, psnr, mse }: ProbeReport['baseline']): string[] => [
    name,
    ssim.toFixed(3),
    `${psnr.toFixed(2)} dB`,
    mse.toFixed(4),
  ];
  return [
    ...tableLines({
      columns: [
        { title: 'reconstructed from', align: 'left' },
        ...['SSIM', 'PSNR', 'MSE'].map((title) => ({ title, align: 'right' as const })),
      ],
      rows: [
        ...results.map((result) => row(formatBudget(result.budget), result)),
        row('nothing: mean training image', baseline),
      ],
    }),
    `${testImages} test images; decoder trained on ${images} images for ${epochs} epochs, seed ${seed}. What this one attacker got:`,
    'a low SSIM promises no privacy (docs/security.md).',
  ];
}

function pictureLine({ results }: ProbeReport, path: string): string {
  const rows = ['the originals', ...results.map((result) => formatBudget(result.budget))].join(', ');
  return `Pictures, in rows: ${rows}\n  ${path}`;
}
