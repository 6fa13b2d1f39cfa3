import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Random } from '../../../main/random.ts';
import { trials } from './experiments.ts';
import { isTrace, sluice } from './sluice.ts';
import type { Verdict } from './verdict.ts';

/** Something that makes no sense, and what the words about it must name. */
interface Input {
  readonly what: string;
  readonly names: RegExp;
  /** The command's arguments; makes the files that it needs in the folder. */
  readonly prepare: (folder: string) => string[] | Promise<string[]>;
}

const plain = trials[0].experiment;

/** Every one must be refused where it enters: with words that name it, before anything is trained or imported. */
export async function* inputTrials(random: Random, count: number, match: RegExp): AsyncGenerator<Verdict> {
  const inputs = allInputs().filter(({ what }) => match.test(what));
  for (let i = 0; i < count && inputs.length > 0; i++) {
    const [{ what, names, prepare }] = inputs.splice(random.integer(inputs.length), 1);
    const folder = mkdtempSync(join(tmpdir(), 'sluice-faults-'));
    try {
      const came = await sluice(join(folder, 'home'), await prepare(folder), { cwd: folder });
      const words = came.errors.trim();
      if (isTrace(came)) yield { what, kind: 'trace', detail: words };
      else if (came.code === null) yield { what, kind: 'hang', detail: words };
      else if (came.code === 0) yield { what, kind: 'silent', detail: `it was taken: ${came.output.slice(0, 200)}` };
      else if (!names.test(words)) yield { what, kind: 'silent', detail: `it is not named: ${words}` };
      else yield { what, kind: 'said', detail: words };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

function allInputs(): Input[] {
  return [...settings(), ...texts(), ...commands(), ...folders()];
}

/** Values of experiment fields that no machine can do anything with. */
function settings(): Input[] {
  const values: readonly (readonly [path: string, ...values: readonly unknown[]])[] = [
    ['name', '', '   ', '\ud800', 'two\nlines', 'x'.repeat(1000), 7],
    ['notes', 'x'.repeat(10_000_000), 3],
    ['dataset.name', 'nowhere', '../up', ''],
    ['dataset.trainSamples', 0, 1e300, 2.5],
    ['dataset.testSamples', -1, 1e17],
    ['model.name', 'vgg12'],
    ['model.width', 0, 1e-12, 1e308, '1'],
    ['split.layer', -1, 99, 1.5],
    ['split.module.resolution', 0, 9, 1e9],
    ['split.module.features', 0, 1000],
    ['method', 'purne'],
    ['phases', [], [{ budget: 0, epochs: 1 }], [{ budget: 'half', epochs: 1 }], [{ budget: 1, epochs: 1e300 }]],
    ['gate.delta', 0, 1e308, -1],
    ['gate.epsilon', 1e308, -1],
    ['gate.lambda', 1e308, 'one'],
    ['gate.mask', 'cubed'],
    ['optimiser.learningRate', 1e38, 0, -0.1, 1e-300],
    ['optimiser.momentum', 1, -0.5],
    ['optimiser.weightDecay', 1e38, -1],
    ['selectLr.factor', 0, 1e38],
    ['selectLr.epochs', -1, 1e300],
    ['batchSize', 0, 1e9, 1.5],
    ['seeds', [], [-1], [1.5], [2 ** 40]],
    ['codec.up', 'float8', { name: 'int8', bits: 3 }, { name: 7 }],
    ['sources.count', 0, 1000],
    ['sources.skew', 0, 1e-300],
    ['sources.cpuShare', 1e-9, 0, 2],
    ['sources.averageEpochs', 0],
    ['sources.threads', 0, 1e9],
    ['link', 'wifi7', { up: 1e-9, down: 1, rttMs: 1 }, { up: 1, down: 1, rttMs: 1e308 }, { up: 1, down: 1, rttMs: -1 }],
    ['engine', 'tpu'],
    ['threads', 0, 1e6],
    ['checkpointSteps', 0, 0.5],
    ['unheardOf', 1],
  ];
  return values.flatMap(([path, ...all]) =>
    all.map((value) => ({
      what: `${path} = ${JSON.stringify(value).slice(0, 60)}`,
      names: new RegExp(path.split('.').at(-1)!, 'i'),
      prepare: (folder: string) => runFile(folder, JSON.stringify(changed(plain, path.split('.'), value))),
    })),
  );
}

function changed(of: object, [key, ...rest]: readonly string[], value: unknown): object {
  const fields = of as Record<string, object | undefined>;
  return { ...fields, [key]: rest.length === 0 ? value : changed(fields[key] ?? {}, rest, value) };
}

/** Files that are no experiment. */
function texts(): Input[] {
  const contents: readonly (readonly [what: string, content: string | Buffer, names: RegExp])[] = [
    ['an empty file', '', /experiment\.json/],
    ['half a document', '{"name": "half', /experiment\.json/],
    ['a list of nothing', '[]', /experiment\.json/],
    ['null', 'null', /experiment\.json/],
    ['a number', '7', /experiment\.json/],
    ['a key twice', '{"name":"a","batchSize":8,"batchSize":16}', /batchSize/],
    ['Latin-1', Buffer.from('{"name":"caf\xe9"}', 'latin1'), /UTF-8/],
    ['UTF-16', Buffer.from('\ufeff{"name":"a"}', 'utf16le'), /UTF-8|experiment\.json/],
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]), /experiment\.json/],
    ['a deep nest', '['.repeat(100_000), /experiment\.json/],
  ];
  return contents.map(([what, content, names]) => ({
    what: `an experiment file: ${what}`,
    names,
    prepare: (folder: string) => runFile(folder, content),
  }));
}

function runFile(folder: string, content: string | Buffer): string[] {
  const file = join(folder, 'experiment.json');
  writeFileSync(file, content);
  return ['run', file];
}

/** Commands that ask for what there is not. */
function commands(): Input[] {
  const all: readonly (readonly [args: readonly string[], names: RegExp])[] = [
    [['run', 'nothing.json'], /nothing\.json/],
    [['run', 'figure-99'], /figure-99/],
    [['run', 'quickstart', '--set', 'phases.9.epochs=1'], /phases/],
    [['run', 'quickstart', '--offload', 'http://127.0.0.1:1'], /http:\/\/127/],
    [['run', 'quickstart', '--offload', 'ws://127.0.0.1:99999', '--token', 'x'], /99999|url|address/i],
    [['resume', '17'], /no runs|17/],
    [['show', '-1'], /no runs|-1/],
    [['delete', '3..1'], /3\.\.1|1/],
    [['export', '1', '--format', 'xls'], /xls/],
    [['export', '5', '--format', 'csv'], /no runs|5/],
    [['compare', '1', '2'], /no runs|1/],
    [['offload', '--port', '70000'], /port|70000/],
    [['offload', '--max-frame', '0'], /frame/],
    [['offload', '--idle', '-5'], /idle|-5/],
    [['offload', '--tls-cert', 'missing.pem', '--tls-key', 'missing.key'], /missing/],
    [['offload', '--token-file', 'missing.txt'], /missing\.txt/],
    [['source', '--join', 'ws://127.0.0.1:1', '--retry-seconds', '0'], /127\.0\.0\.1:1|retry|token/],
    [['model', 'vgg11', '--width', '-1'], /width/],
    [['model', 'vgg11', '--layer', '99'], /layer|option/],
    [['data', 'get', 'cifar11'], /cifar11/],
    [['data', 'remove', 'nothing'], /nothing/],
    [['data', 'import', '--name', 'x', 'missing-folder'], /missing-folder/],
  ];
  return all.map(([args, names]) => ({ what: `sluice ${args.join(' ')}`, names, prepare: () => [...args] }));
}

/** Folders and files of pictures that cannot be what is meant. */
function folders(): Input[] {
  const png = (): Promise<Buffer> =>
    sharp({ create: { width: 200, height: 200, channels: 3, background: '#4af' } })
      .png()
      .toBuffer();
  const test = (picture: Buffer): Record<string, Buffer> => ({ 'test/a/1.png': picture, 'test/b/1.png': picture });
  const make = (folder: string, files: Readonly<Record<string, Buffer | string>>): string[] => {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(join(folder, 'set', name, '..'), { recursive: true });
      writeFileSync(join(folder, 'set', name), content);
    }
    return ['data', 'import', '--name', 'x', join(folder, 'set')];
  };
  return [
    {
      what: 'a folder with half a picture',
      names: /b\/2\.png/,
      prepare: async (folder) => {
        const whole = await png();
        const half = whole.subarray(0, whole.length >> 1);
        return make(folder, { 'train/a/1.png': whole, 'train/b/1.png': whole, 'train/b/2.png': half, ...test(whole) });
      },
    },
    {
      what: 'classes that lie a folder deeper',
      names: /cats\/old/,
      prepare: async (folder) => {
        const whole = await png();
        return make(folder, { 'cats/old/2019/1.png': whole, 'cats/1.png': whole, 'dogs/1.png': whole });
      },
    },
    {
      what: 'a text that is called a picture',
      names: /a\/1\.jpg/,
      prepare: async (folder) => {
        const whole = await png();
        return make(folder, { 'train/a/1.jpg': 'not a picture', 'train/b/1.png': whole, ...test(whole) });
      },
    },
    {
      what: 'an SVG in a folder of pictures',
      names: /1\.svg|no image|no picture/i,
      prepare: (folder) => make(folder, { 'a/1.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>' }),
    },
    { what: 'a folder with nothing in it', names: /set/, prepare: (folder) => make(folder, { 'a/.keep': '' }) },
    {
      what: 'an archive that is none',
      names: /set\.zip|set\.tar/,
      prepare: (folder) => {
        writeFileSync(join(folder, 'set.zip'), 'PK no');
        return ['data', 'import', '--name', 'x', join(folder, 'set.zip')];
      },
    },
  ];
}
