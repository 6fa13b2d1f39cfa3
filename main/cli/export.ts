import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Option, type Command } from 'commander';
import type { ExportedFile } from '../api.ts';
import { chartFormats, runFormats, type ChartFormat, type RunFormat } from '../api/formats.ts';
import { axes, metrics } from '../charts/spec.ts';
import { SluiceError } from '../errors.ts';
import { recordTexts } from '../exports/record-texts.ts';
import { csvColumns, exportWeights, recordKinds, type RecordKind } from '../exports/tables/export.ts';
import type { Column } from '../records/column.ts';
import { keptEpochs, type KeptEpoch } from '../records/best-epoch.ts';
import type { Run } from '../runs/store/run.ts';
import { visible } from '../visible.ts';
import { selectRuns } from '../runs/store/select.ts';
import type { Store } from '../runs/store/store.ts';
import { addChartOptions, chartHelp, chartOf, paperOf, type ChartOptions } from './export-chart.ts';
import { listed, note, print } from './format.ts';
import { withStore } from './lab.ts';

/** Weights make a folder, of a single run; the window has them within its zip. */
const folderFormats = ['safetensors'] as const;
/** What is sent to a server, which --to names. */
const sentFormats = ['mlflow'] as const;
type Format = ChartFormat | RunFormat | (typeof folderFormats)[number] | (typeof sentFormats)[number];

const ofRuns = runFormats.map(({ format }) => format);
const ofCharts = chartFormats.map(({ format }) => format);
const formats: readonly Format[] = [...new Set([...ofRuns, ...sentFormats, ...folderFormats, ...ofCharts])];
/** Records come as text, to the terminal unless a file is named. */
const streamed = Object.keys(recordTexts) as (keyof typeof recordTexts)[];

interface ExportOptions extends ChartOptions {
  readonly format: Format;
  readonly what?: RecordKind;
  readonly output?: string;
  readonly to?: string;
  readonly experiment?: string;
  readonly checkpoints?: true;
  readonly epoch: KeptEpoch;
  readonly neutralise: boolean;
}

/** `export`. */
export function addExportCommand(program: Command): void {
  const command = program
    .command('export')
    .summary('write records, weights, charts or whole runs to files')
    .description(
      "Writes a run's records as CSV (one kind, a header line first) or JSON (one document with all kinds), to the " +
        'terminal or a file; its trained weights as safetensors, in the names and layouts of PyTorch, to a new folder; ' +
        'a chart of runs as SVG, PNG, PDF or CSV; runs with all that belongs to them as ZIP, which "sluice import" reads; a ' +
        'comparison as HTML; or runs for other tools: TensorBoard, MLflow, Weights & Biases, DVC.',
    )
    .argument('<runs...>', 'numbers, ids, "latest", ranges such as 3..5, or what was launched, such as figure-8')
    .addOption(new Option('-f, --format <format>', 'what to write').choices(formats).makeOptionMandatory())
    .addOption(new Option('--what <records>', 'the records: epochs unless given (JSON: all)').choices(recordKinds))
    .option('-o, --output <path>', 'file to write, or folder for safetensors, tensorboard, wandb and params')
    .option('--to <uri>', 'MLflow: the tracking server, such as http://127.0.0.1:5000')
    .option('--experiment <name>', 'MLflow: the experiment there (default: what the runs were launched as)')
    .addOption(
      new Option('--epoch <which>', 'safetensors: each pair as its phase ended, or at its best')
        .choices(keptEpochs)
        .default('last'),
    )
    .option('--checkpoints', 'ZIP: with the trained pairs and the last checkpoint')
    .option('--no-neutralise', 'CSV: names as they are, even if a spreadsheet would run them as formulas');
  addChartOptions(command);
  command
    .addHelpText('after', help)
    .action((references: string[], options: ExportOptions) =>
      withStore((store) => writeExport(store, selectRuns(store, references), options), 'read'),
    );
}

const help = `
Columns of CSV (sizes are bytes, times seconds, accuracies shares of one, budgets maps or "full"):
${recordKinds.map((kind) => listed(kind, ['run', 'name', 'seed', ...namesOf(csvColumns(kind))])).join('\n')}

Charts:
${chartHelp()}
${listed('metric', metrics)}
${listed('axis', axes)}

Examples:
  sluice export latest --format csv > epochs.csv
  sluice export 12 --format json -o run-12.json
  sluice export 12 --format safetensors -o weights
  sluice export figure-8 --chart accuracy-bytes --format pdf -o accuracy.pdf
  sluice export 4 7 --chart loss-step --smoothing 0.9 --format png --dpi 600 -o loss.png
  sluice export figure-12 --chart accuracy-epoch --in-turn --legend inside-bottom --format pdf -o figure-12.pdf
  sluice export 9..11 --chart accuracy-epoch --format csv > accuracy.csv
  sluice export 12 --format zip --checkpoints -o run-12.zip
  sluice export figure-8 --format tensorboard -o logs && tensorboard --logdir logs
  sluice export figure-8 --format mlflow --to http://127.0.0.1:5000
  sluice export 12 --format params -o .`;

/** The names of columns; the last of several that share a note is followed by it. */
function namesOf(columns: readonly Column[]): string[] {
  const notes = columns.map(noteOf);
  return columns.map(({ name }, i) => (notes[i] && notes[i] !== notes[i + 1] ? `${name} (${notes[i]})` : name));
}

function noteOf(column: Column): string | undefined {
  const isTotal = column.role === 'measured' && column.sinceStart;
  return isTotal ? 'since the training began' : column.note;
}

async function writeExport(store: Store, runs: readonly Run[], options: ExportOptions): Promise<void> {
  const { format, what, chart, checkpoints, neutralise, output } = options;
  if (what && (chart !== undefined || !isOf(streamed, format))) {
    throw new SluiceError('bad-usage', '--what is about records as CSV or JSON. Leave it out.');
  }
  if (chart !== undefined) return writeChart(store, runs, chart, options);
  if (isOf(sentFormats, format)) return send(store, runs, options);
  if (isOf(folderFormats, format)) return writeWeights(store, onlyRun(runs, format), options);
  if (!isOf(ofRuns, format)) {
    const shown = format.toUpperCase();
    throw new SluiceError('bad-usage', `Say with --chart what the ${shown} shows, for example accuracy-bytes.`);
  }
  if (format === 'json') onlyRun(runs, format);
  if (isOf(streamed, format)) return write(recordTexts[format](store, runs, { what, neutralise }), output);
  const { exportRuns, exportFolder } = await import('../exports/export.ts');
  if (output !== undefined && !/\.zip$/i.test(output) && (await exportFolder(store, runs, format, output))) {
    note(`Wrote ${output}`);
    return;
  }
  return save(await exportRuns(store, { runs: ids(runs), format, checkpoints, neutralise }), output);
}

async function send(store: Store, runs: readonly Run[], { to, experiment }: ExportOptions): Promise<void> {
  if (to === undefined) {
    throw new SluiceError('bad-usage', 'Name the MLflow tracking server with --to, for example http://127.0.0.1:5000.');
  }
  const { sendToMlflow, sentText } = await import('../exports/tracking/send.ts');
  for await (const sent of sendToMlflow(store, runs, to, experiment)) print(sentText(sent));
}

async function writeChart(store: Store, runs: readonly Run[], name: string, options: ExportOptions): Promise<void> {
  const { format, neutralise, output } = options;
  if (!isOf(ofCharts, format)) {
    const known = `${ofCharts.slice(0, -1).join(', ')} or ${ofCharts.at(-1)}`;
    throw new SluiceError('bad-usage', `A chart becomes ${known}, not ${format}. Change --format.`);
  }
  const { exportChart } = await import('../exports/export.ts');
  const chart = chartOf(name, options);
  const file = await exportChart(store, {
    runs: ids(runs),
    chart,
    format,
    paper: paperOf(chart, options),
    neutralise,
    ...(options.range && { range: options.range }),
    ...(options.source !== undefined && { source: options.source }),
    ...(options.wholes && { parts: 'wholes' as const }),
    ...(options.line && { lines: options.line }),
  });
  if (isOf(streamed, format) && output === undefined) return write([new TextDecoder().decode(file.data)], output);
  return save(file, output);
}

function isOf<Some extends Format>(known: readonly Some[], format: Format): format is Some {
  return (known as readonly Format[]).includes(format);
}

async function writeWeights(store: Store, run: Run, { output, epoch }: ExportOptions): Promise<void> {
  if (output === undefined) throw new SluiceError('bad-usage', 'Name the folder for the weights with -o.');
  const folders = await exportWeights(store, run, output, epoch);
  print(`Wrote ${folders.map((folder) => `${output}/${folder}`).join(', ')}`);
}

async function write(text: Iterable<string>, output: string | undefined): Promise<void> {
  if (output === undefined) {
    await pipeline(Readable.from(process.stdout.isTTY ? shown(text) : text), process.stdout, { end: false });
  } else {
    await makeFolderOf(output);
    await pipeline(Readable.from(text), createWriteStream(output));
    note(`Wrote ${output}`);
  }
}

/** To a program the bytes go as they are, to a terminal as it may have them. */
function* shown(text: Iterable<string>): Generator<string> {
  for (const piece of text) yield visible(piece.replaceAll('\r\n', '\n'));
}

async function save({ name, data }: ExportedFile, output = name): Promise<void> {
  await makeFolderOf(output);
  await writeFile(output, data);
  note(`Wrote ${output}`);
}

async function makeFolderOf(file: string): Promise<void> {
  await mkdir(dirname(resolve(file)), { recursive: true });
}

function onlyRun(runs: readonly Run[], format: string): Run {
  if (runs.length === 1) return runs[0];
  throw new SluiceError('bad-usage', `${format} takes one run, not ${runs.length}. Export them one by one.`);
}

function ids(runs: readonly Run[]): string[] {
  return runs.map(({ id }) => id);
}
