import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Part } from '../data/stored.ts';
import { engineChoices, type EngineChoice } from '../engine/choices.ts';
import { SluiceError } from '../errors.ts';
import type { Target } from '../inference/candidate.ts';
import { usualCodecs } from '../inference/candidates.ts';
import type { ImageToAnswer } from '../inference/images.ts';
import { summarise, type Answered } from '../inference/summary.ts';
import { codecNames, type CodecName } from '../offload/codecs/table.ts';
import type { ModelSet } from '../sets/manifest.ts';
import { amount, budgetFlag, budgetOf, count } from './arguments.ts';
import { exitCodes } from './failure.ts';
import { note, print } from './format.ts';
import { answerCsv, answersJson, answerTable, summaryLines } from './infer-display.ts';
import { listen } from './interrupt.ts';
import { addAccessOptions, addressOf, type AccessFlags } from './network.ts';

interface InferFlags extends AccessFlags {
  readonly set: string;
  readonly server?: string;
  readonly local?: boolean;
  readonly budget: number | 'auto' | 'full';
  readonly codec: readonly CodecName[];
  readonly latencyP95?: number;
  readonly maxBytes?: number;
  readonly deadline?: number;
  readonly top: number;
  readonly inFlight: number;
  readonly dataset?: string;
  readonly split: Part;
  readonly limit?: number;
  readonly resize?: boolean;
  readonly labels: boolean;
  readonly format: 'table' | 'json' | 'csv';
  readonly engine: EngineChoice;
  readonly threads?: number;
  readonly retrySeconds: number;
}

/** `infer`. */
export function addInferCommand(program: Command): void {
  const command = program
    .command('infer')
    .summary('answer images with a model set: the client half here, the rest at a server')
    .description(
      'Answers images with a model set. The client half computes here, what the budget leaves of the maps goes to a server ' +
        'that serves the same set ("sluice serve"), and the answers come in the order of the images. For each image the most ' +
        'accurate pair and codec is chosen that keeps the target. When the server does not answer, the rest is computed here ' +
        'too, which the answer says.',
    )
    .argument(
      '[images...]',
      'files, and folders with pictures; folders called as classes are compared with the answers',
    )
    .requiredOption('--set <set>', 'a name of "sluice models list", or the path of a folder')
    .option('--server <url>', 'where the set is served, wss://host:port')
    .option('--local', 'compute everything here');
  addAccessOptions(command, 'the server', 'token and maps')
    .option('--retry-seconds <seconds>', 'how long to try to reach the server at first', amount, 10)
    .option('--budget <maps>', 'maps to send: a budget of the set, full, or auto', budget, 'auto' as const)
    .option('--codec <names>', 'how maps may be encoded, for example int8 or float16,int8', codecs, usualCodecs)
    .option('--latency-p95 <time>', 'what 95 of 100 answers may take, for example 50ms', duration)
    .option('--max-bytes <bytes>', 'what a request and its answer may have together', count)
    .option('--deadline <time>', 'the server refuses what it cannot begin with in this time', duration)
    .option('--top <count>', 'likeliest classes to show', count, 1)
    .option('--in-flight <count>', 'images at work at a time', count, 4)
    .option('--dataset <name>', 'answer the images of a data set')
    .addOption(new Option('--split <part>', 'of the data set').choices(['train', 'test']).default('test'))
    .option('--limit <count>', 'so many images of the data set, every class by its share', count)
    .option('--resize', 'take the centre square of images of another size, and scale it')
    .option('--no-labels', 'folders are no classes')
    .addOption(new Option('-f, --format <format>', 'how to print').choices(['table', 'json', 'csv']).default('table'))
    .addOption(new Option('--engine <engine>', 'what computes here').choices(engineChoices).default('auto'))
    .option('--threads <count>', 'threads of the cpu engine; all cores unless given', count)
    .addHelpText(
      'after',
      `
Examples:
  sluice infer photos/ --set cifar-prune --server ws://127.0.0.1:4470 --token … --top 3
  sluice infer photos/ --set cifar-prune --server wss://gpu:4470 --latency-p95 50ms --max-bytes 2000
  sluice infer --dataset cifar10 --limit 1000 --set cifar-prune --local --format json`,
    )
    .action(async (paths: string[], flags: InferFlags) => {
      process.exitCode = await infer(paths, flags);
    });
}

function budget(text: string): number | 'auto' | 'full' {
  return text === 'auto' ? 'auto' : budgetFlag(text);
}

function codecs(text: string): CodecName[] {
  return text.split(',').map((name) => {
    const known = codecNames.find((each) => each === name.trim());
    if (known) return known;
    throw new InvalidArgumentError(`There is no codec "${name}". There are ${codecNames.join(', ')}.`);
  });
}

/** `50ms`, `0.2s` or `50`, which are milliseconds. In seconds. */
function duration(text: string): number {
  const [, value, unit] = /^(\d+(?:\.\d+)?)\s*(ms|s)?$/.exec(text) ?? [];
  const seconds = Number(value) * (unit === 's' ? 1 : 0.001);
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError('Expected a time, for example 50ms or 0.2s.');
}

async function infer(paths: readonly string[], flags: InferFlags): Promise<number> {
  requireSense(paths, flags);
  const server = flags.server === undefined ? null : addressOf('--server', flags.server, flags);
  const { openSet } = await import('../sets/open.ts');
  const set = await openSet(flags.set);
  const images = await imagesFor(paths, flags, set.manifest);
  const { openEngine } = await import('../engine/engine.ts');
  const { openInference } = await import('../inference/infer-images.ts');
  await openEngine(flags.engine, flags.threads === undefined ? {} : { threads: flags.threads });
  const { signal, end } = listen(() => undefined);
  const target = targetOf(flags);
  try {
    const inference = await openInference({
      set,
      server,
      budget: budgetOf(flags.budget),
      codecs: flags.codec,
      target,
      inFlight: flags.inFlight,
      deadlineMs: flags.deadline === undefined ? 0 : Math.max(1, Math.round(1000 * flags.deadline)),
      connectSeconds: flags.retrySeconds,
      onEvent: note,
    });
    const answered: Answered[] = [];
    try {
      for await (const each of inference.answers(until(signal, images))) answered.push(each);
    } finally {
      await inference.close();
      show(answered, flags, set, inference.triedBytes(), target);
    }
  } finally {
    end();
  }
  return signal.aborted ? exitCodes.stopped : 0;
}

function targetOf({ latencyP95, maxBytes }: InferFlags): Target {
  return { ...(latencyP95 === undefined ? {} : { latencyP95 }), ...(maxBytes === undefined ? {} : { maxBytes }) };
}

function requireSense(paths: readonly string[], flags: InferFlags): void {
  const misused = (message: string): SluiceError => new SluiceError('bad-usage', message);
  if ((flags.server === undefined) === (flags.local !== true)) {
    throw misused('Say where the rest is computed: at a server (--server <url>), or here (--local).');
  }
  if (paths.length > 0 === (flags.dataset !== undefined)) {
    throw misused('Say which images: files and folders, or those of a data set (--dataset <name>).');
  }
  const alone = (['token', 'ca', 'fingerprint', 'insecure', 'deadline'] as const).find(
    (name) => flags[name] !== undefined,
  );
  if (flags.local && alone) throw misused(`--${alone} is for a server, and --local computes everything here.`);
  if (flags.dataset === undefined && flags.limit !== undefined) throw misused('--limit is for a data set (--dataset).');
}

/** What is to be answered. Files are all read once, so that a wrong one is found before anything is sent. */
async function imagesFor(
  paths: readonly string[],
  { dataset, split, limit, resize = false, labels }: InferFlags,
  { images }: ModelSet,
): Promise<ImageToAnswer[]> {
  const { imagesAt, imagesOf } = await import('../inference/images.ts');
  if (dataset !== undefined) return imagesOf(dataset, split, limit, images);
  const found = await imagesAt(paths, images, { resize, labelled: labels });
  for (const { read } of found) await read();
  return found;
}

function* until<T>(signal: AbortSignal, items: readonly T[]): Generator<T> {
  for (const item of items) {
    if (signal.aborted) return;
    yield item;
  }
}

function show(
  answered: readonly Answered[],
  { format, top, server }: InferFlags,
  { name, digest, manifest }: { readonly name: string; readonly digest: string; readonly manifest: ModelSet },
  triedBytes: number,
  target: Target,
): void {
  if (answered.length === 0) return;
  const { classes } = manifest.images;
  const shown = { classes, top: Math.min(top, classes.length) };
  const summary = summarise(answered, triedBytes, target.latencyP95);
  if (format === 'json') {
    print(answersJson(answered, shown, { set: { name, sha256: digest }, server: server ?? null, target }, summary));
    return;
  }
  print(format === 'csv' ? answerCsv(answered, shown) : answerTable(answered, shown));
  const lines = summaryLines(summary, target.latencyP95);
  if (format === 'table') print(['', ...lines]);
  else lines.forEach(note);
}
