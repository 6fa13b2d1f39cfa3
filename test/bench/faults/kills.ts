import { spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Random } from '../../../main/random.ts';
import { runNumber, type RunStatus } from '../../../main/runs/store/run.ts';
import { openStore } from '../../../main/runs/store/store.ts';
import { trials, type Trial } from './experiments.ts';
import { differences, outcomeOf, type Outcome } from './outcome.ts';
import { isTrace, limitMs, sluice, startSluice, type Came } from './sluice.ts';
import type { Verdict } from './verdict.ts';

interface Victim {
  readonly what: string;
  readonly pid: number;
}

/** How often one run is struck before it may go on to its end. */
const killsOfRun = 8;
/** How long between two kills at most, as a share of what the run takes when nothing happens. */
const mostBetween = 0.4;
const terminalShare = 0.2;

/**
 * Kills processes of runs at random moments, with SIGKILL: the terminal's, the run's, a source's, the server's, a
 * link's. What dies of it is resumed, and struck again; in the end it must be what it is when nothing happens.
 */
export async function* killTrials(random: Random, kills: number, named: RegExp): AsyncGenerator<Verdict> {
  const chosen = trials.filter(({ name }) => named.test(name));
  const wanted = new Map<Trial, { outcome: Outcome; seconds: number }>();
  for (let done = 0; done < kills; done += killsOfRun) {
    const trial = chosen[(done / killsOfRun) % chosen.length];
    if (!wanted.has(trial)) wanted.set(trial, await undisturbed(trial));
    yield await strike(trial, wanted.get(trial)!, random, Math.min(killsOfRun, kills - done));
  }
}

async function undisturbed(trial: Trial): Promise<{ outcome: Outcome; seconds: number }> {
  return inHome(trial, async (home, file) => {
    const start = performance.now();
    await sluice(home, ['run', file]);
    const seconds = (performance.now() - start) / 1000;
    const outcome = await outcomeOf(home, 1);
    if (outcome.status !== 'finished') throw new Error(`Undisturbed, "${trial.name}" is ${outcome.status}.`);
    return { outcome, seconds };
  });
}

async function strike(
  trial: Trial,
  wanted: { readonly outcome: Outcome; readonly seconds: number },
  random: Random,
  kills: number,
): Promise<Verdict> {
  return inHome(trial, async (home, file) => {
    const struck: string[] = [];
    let child = startSluice(home, ['run', file]);
    while (struck.length < kills) {
      await Promise.race([wait(random.uniform() * mostBetween * wanted.seconds * 1000), ended(child)]);
      if (!isAlive(child)) {
        const status = statusIn(home);
        if (status === 'finished') break;
        child = startSluice(home, status ? ['resume', '1'] : ['run', file]);
        continue;
      }
      // The terminal is one of many, and at first the only one: what there is besides is struck more often.
      const others = processes(home);
      const terminal: Victim = { what: 'terminal', pid: child.pid! };
      const { what, pid } =
        others.length > 0 && random.uniform() > terminalShare ? others[random.integer(others.length)] : terminal;
      process.kill(pid, 'SIGKILL');
      struck.push(what);
    }
    const last = (await endsInTime(child)) ? await toTheEnd(home, file) : 'hang';
    const what = `${trial.name}: ${struck.join(', ')} killed`;
    if (last === 'hang') return { what, kind: 'hang', detail: 'it did not come to its end', strikes: struck.length };
    if (isTrace(last)) return { what, kind: 'trace', detail: last.errors, strikes: struck.length };
    const wrong = differences(await outcomeOf(home, 1), wanted.outcome, trial);
    const kind = wrong.length === 0 ? 'same' : last.code === 0 ? 'silent' : 'said';
    return { what, kind, detail: [...wrong, last.errors.trim()].join('; '), strikes: struck.length };
  });
}

/** Resumes as a user would, also after "it is already running" while what is left of it dies. */
async function toTheEnd(home: string, file: string): Promise<Came | 'hang'> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const status = statusIn(home);
    if (status === 'finished') return { code: 0, output: '', errors: '' };
    const came = await sluice(home, status ? ['resume', '1'] : ['run', file]);
    if (came.code === null) return 'hang';
    if (came.code === 0 || isTrace(came) || !/running|executed/.test(came.errors)) return came;
    await wait(2000);
  }
  return 'hang';
}

/** Null where a kill came before there was a run. */
function statusIn(home: string): RunStatus | null {
  if (!existsSync(join(home, 'sluice.db'))) return null;
  const store = openStore(home);
  try {
    return store.list().find((run) => runNumber(run) === 1)?.status ?? null;
  } finally {
    store.close();
  }
}

/** The processes that a run's log tells of and that are still there. */
function processes(home: string): Victim[] {
  const [folder] = existsSync(join(home, 'runs')) ? readdirSync(join(home, 'runs')) : [];
  const log = folder && join(home, 'runs', folder, 'log.jsonl');
  if (!log || !existsSync(log)) return [];
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as { event: string; pid?: number })
    .flatMap(({ event, pid }) => (pid === undefined ? [] : [{ what: event.replace('-started', ''), pid }]))
    .filter(({ pid }) => isOurs(pid));
}

/** Numbers of processes are given again: one that is somebody else's by now is none of ours. */
function isOurs(pid: number): boolean {
  return /dist.main/.test(spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout);
}

function isAlive({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

async function ended(child: ChildProcess): Promise<void> {
  if (isAlive(child)) await once(child, 'exit');
}

async function endsInTime(child: ChildProcess): Promise<boolean> {
  const patience = new AbortController();
  const overdue = wait(limitMs(), false, { signal: patience.signal }).catch(() => false);
  const came = await Promise.race([ended(child).then(() => true), overdue]);
  patience.abort();
  if (!came) child.kill('SIGKILL');
  return came;
}

async function inHome<T>(trial: Trial, act: (home: string, file: string) => Promise<T>): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), 'sluice-faults-'));
  const file = join(home, 'experiment.json');
  writeFileSync(file, JSON.stringify(trial.experiment));
  try {
    return await act(home, file);
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}
