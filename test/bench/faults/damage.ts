import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Random } from '../../../main/random.ts';
import { trials } from './experiments.ts';
import { differences, outcomeOf, type Outcome } from './outcome.ts';
import { isTrace, sluice, startSluice, type Came } from './sluice.ts';
import type { Verdict } from './verdict.ts';

/** What can happen to a file. Of its bytes, those that are hit are drawn. */
const damages: Readonly<Record<string, (file: string, random: Random) => void>> = {
  removed: (file) => rmSync(file),
  emptied: (file) => truncateSync(file, 0),
  'cut in half': (file) => truncateSync(file, statSync(file).size >> 1),
  'one byte short': (file) => truncateSync(file, Math.max(0, statSync(file).size - 1)),
  'one bit flipped': (file, random) => change(file, random, (byte) => byte ^ (1 << random.integer(8))),
  'a stretch zeroed': (file, random) => stretch(file, random, () => 0),
  'a stretch garbled': (file, random) => stretch(file, random, () => random.integer(256)),
  'text put after it': (file) => writeFileSync(file, 'nothing of this belongs here\n', { flag: 'a' }),
  'a folder in its place': (file) => {
    rmSync(file);
    mkdirSync(file);
  },
};

/**
 * Damages files of a home one at a time: in it stand a run that has finished and one that was killed on its way. The
 * killed one is resumed, the finished one is read: both as they would have been, or words that tell what is wrong.
 */
export async function* damageTrials(random: Random, count: number, match: RegExp): AsyncGenerator<Verdict> {
  const made = mkdtempSync(join(tmpdir(), 'sluice-faults-'));
  const home = mkdtempSync(join(tmpdir(), 'sluice-faults-'));
  try {
    const wanted = await prepare(made);
    // Whatever still has a file of it open may tidy up there.
    cpSync(made, home, { recursive: true });
    const kinds = filesOf(home)
      .flatMap((file) => Object.keys(damages).map((damage) => ({ file, damage })))
      .filter(({ file, damage }) => match.test(`${file}: ${damage}`));
    for (let i = 0; i < Math.min(count, kinds.length); i++) {
      const [{ file, damage }] = kinds.splice(random.integer(kinds.length), 1);
      const copy = mkdtempSync(join(tmpdir(), 'sluice-faults-'));
      try {
        cpSync(home, copy, { recursive: true });
        damages[damage](join(copy, file), random);
        yield { what: `${file}: ${damage}`, ...(await judge(copy, wanted, runsAt(file))) };
      } finally {
        rmSync(copy, { recursive: true, force: true });
      }
    }
  } finally {
    for (const folder of [made, home]) rmSync(folder, { recursive: true, force: true });
  }
}

/** Trains run 1 to its end and kills run 2 half-way; what a run must come to is the same for both. */
async function prepare(home: string): Promise<Outcome> {
  const file = join(home, 'experiment.json');
  writeFileSync(file, JSON.stringify(trials.find(({ name }) => name === 'one source and its server')!.experiment));
  await sluice(home, ['run', file]);
  const child = startSluice(home, ['run', file]);
  const checkpoints = join(home, 'runs', '0002-separate', 'checkpoint');
  while (!existsSync(checkpoints) || Number(readdirSync(checkpoints).sort().at(-1)?.slice(0, 6)) < 8) await wait(20);
  child.kill('SIGKILL');
  await wait(2000);
  rmSync(file);
  return outcomeOf(home, 1);
}

/** The runs that a file can harm: what lies in the folder of one is that run's alone. */
function runsAt(file: string): readonly number[] {
  const [, number] = /^runs\/(\d+)-/.exec(file) ?? [];
  return number === undefined ? [1, 2] : [Number(number)];
}

async function judge(home: string, wanted: Outcome, runs: readonly number[]): Promise<Omit<Verdict, 'what'>> {
  const came: (Came & { readonly command: string })[] = [];
  const say = async (...args: string[]): Promise<void> => {
    came.push({ command: args.join(' '), ...(await sluice(home, args)) });
  };
  // What lies in the folder of one run alone is not looked at by a list.
  if (runs.length > 1) await say('list');
  if (runs.includes(2)) await say('resume', '2');
  if (runs.includes(1)) await say('export', '1', '--format', 'safetensors', '--output', join(home, 'weights'));
  for (const run of runs.length > 1 ? runs : []) {
    await say('export', `${run}`, '--format', 'json', '--output', join(home, `run-${run}.json`));
  }
  const words = came
    .map(({ errors }) => errors.trim())
    .filter((text) => text !== '')
    .join('\n');
  const trace = came.find(isTrace);
  if (trace) return { kind: 'trace', detail: `${trace.output}\n${trace.errors}` };
  const hung = came.find(({ code }) => code === null);
  if (hung) return { kind: 'hang', detail: `${hung.command}\n${words}` };
  const wrong: string[] = [];
  for (const run of runs) {
    try {
      wrong.push(
        ...differences(await outcomeOf(home, run), wanted, { shared: false }).map((what) => `run ${run}: ${what}`),
      );
    } catch (error) {
      wrong.push(`run ${run} cannot be read: ${String(error)}`);
    }
  }
  if (wrong.length === 0) return { kind: 'same', detail: words };
  const told = came.some(({ code }) => code !== 0) || /damaged|missing|lost|restored|lacks|adopt/i.test(words);
  return { kind: told ? 'said' : 'silent', detail: `${wrong.join('; ')}\n${words}` };
}

/** All but the logs, which nothing is read from but by people. */
function filesOf(home: string): string[] {
  return readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && statSync(join(entry.parentPath, entry.name)).size > 0)
    .map((entry) => relative(home, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

function change(file: string, random: Random, to: (byte: number) => number): void {
  const bytes = readFileSync(file);
  const at = random.integer(bytes.length);
  bytes[at] = to(bytes[at]);
  writeFileSync(file, bytes);
}

function stretch(file: string, random: Random, to: () => number): void {
  const bytes = readFileSync(file);
  const start = random.integer(bytes.length);
  for (let i = start; i < Math.min(bytes.length, start + 64); i++) bytes[i] = to();
  writeFileSync(file, bytes);
}
