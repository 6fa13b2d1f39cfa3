import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Option, type Command } from 'commander';
import { SluiceError } from '../errors.ts';
import { exportCsv, exportJson, exportWeights, recordKinds, type RecordKind } from '../runs/export.ts';
import type { Run } from '../runs/run.ts';
import type { Store } from '../runs/store.ts';
import { note, print } from './format.ts';
import { withStore } from './lab.ts';

interface ExportOptions {
  readonly format: 'csv' | 'json' | 'safetensors';
  readonly what?: RecordKind;
  readonly output?: string;
}

/** `export`. */
export function addExportCommand(program: Command): void {
  program
    .command('export')
    .summary("write a run's records or trained weights to files")
    .description(
      "Writes a run's records as CSV (one kind, a header line first) or JSON (one document with all kinds), to the " +
        'terminal or a file; or its trained weights as safetensors, in the names and layouts of PyTorch, to a new folder.',
    )
    .argument('<run>', 'its number, id or "latest"')
    .addOption(
      new Option('-f, --format <format>', 'what to write')
        .choices(['csv', 'json', 'safetensors'])
        .makeOptionMandatory(),
    )
    .addOption(new Option('--what <records>', 'the records: epochs unless given (JSON: all)').choices(recordKinds))
    .option('-o, --output <path>', 'file to write, or folder for safetensors')
    .addHelpText(
      'after',
      `
Columns of CSV (sizes are bytes, times seconds, accuracies shares of one, budgets maps or "full"):
  epochs  run, name, seed, training, phase, epoch, budget, trainLoss, trainAccuracy, testLoss, testAccuracy,
          bytesUp, bytesDown (since the training began), samplesPerSecond, seconds (the same)
  steps   run, name, seed, training, phase, epoch, step, budget, learningRate, samples, crossEntropy, pruneLoss,
          correct, bytesUp, bytesDown (of the step), wireUp, wireDown (at the socket), clientSeconds, wireSeconds, serverSeconds
  pairs   run, name, seed, training, phase, budget, testAccuracy, testLoss, bytesPerSample

Examples:
  sluice export latest --format csv > epochs.csv
  sluice export 12 --format json -o run-12.json
  sluice export 12 --format safetensors -o weights`,
    )
    .action((reference: string, options: ExportOptions) =>
      withStore((store) => writeExport(store, store.find(reference), options)),
    );
}

async function writeExport(store: Store, run: Run, { format, what, output }: ExportOptions): Promise<void> {
  if (format === 'safetensors') {
    if (what) throw new SluiceError('bad-usage', '--what is about records; safetensors holds weights. Leave it out.');
    if (output === undefined) throw new SluiceError('bad-usage', 'Name the folder for the weights with -o.');
    const folders = await exportWeights(store, run, output);
    print(`Wrote ${folders.map((folder) => `${output}/${folder}`).join(', ')}`);
    return;
  }
  const text = format === 'csv' ? exportCsv(store, run, what ?? 'epochs') : exportJson(store, run, what && [what]);
  if (output === undefined) {
    await pipeline(Readable.from(text), process.stdout, { end: false });
  } else {
    await pipeline(Readable.from(text), createWriteStream(output));
    note(`Wrote ${output}`);
  }
}
