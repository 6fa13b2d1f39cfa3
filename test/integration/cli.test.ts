import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Libsql from 'libsql';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { diagnoseEngines } from '../../main/engine/engine.ts';
import { entry } from '../../main/entry.ts';
import { readSafetensors } from '../../main/runs/checkpoint/weights-file.ts';
import { openStore } from '../../main/runs/store/store.ts';
import { writeImageFolder } from '../support/datasets.ts';
import { experiment } from '../support/run-records.ts';
import { temporaryFolder } from '../support/run-store.ts';
import { onUnix, where } from '../support/where.ts';

const { url, execArgv } = entry(import.meta.url, '../../main/cli.ts');

function start(home: string, ...args: string[]): ChildProcess {
  return startAs({}, home, ...args);
}

function startAs(user: { uid?: number; gid?: number }, home: string, ...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [...execArgv, fileURLToPath(url), ...args], {
    ...user,
    env: { ...process.env, SLUICE_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function sluice(home: string, ...args: string[]): Promise<Ended> {
  return endOf(start(home, ...args));
}

async function endOf(child: ChildProcess): Promise<Ended> {
  const ended = once(child, 'close');
  const [out, err] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
  await ended;
  return { code: child.exitCode, out, err };
}

const shared = {
  dataset: { trainSamples: 96, testSamples: 40 },
  model: { name: 'cnn', width: 0.25 },
  split: { layer: 3 },
  checkpointSteps: 3,
  threads: 1,
};
const phases = [
  { budget: 2, epochs: 2 },
  { budget: 'full', epochs: 1 },
];

/** A home with a file of experiments, tiny.json, beside it. */
function home(experiments: object[]): string {
  const folder = temporaryFolder();
  const file = {
    title: 'Tiny',
    description: '',
    shared,
    experiments: experiments.map((experiment) => ({ experiment })),
  };
  writeFileSync(join(folder, 'tiny.json'), JSON.stringify(file));
  return folder;
}

const deprune = { name: 'deprune', phases };
describe('a run from the terminal', { timeout: 120_000 }, () => {
  it('trains what a file says, compares it, and gives it away', async () => {
    const folder = home([deprune, { name: 'full, "all"', method: 'full', phases }]);
    const { code, out } = await sluice(folder, 'run', join(folder, 'tiny.json'));
    expect(code).toBe(0);
    expect(out).toMatch(/^1 deprune: epoch 3\/3, full, loss .*, accuracy .* %, .* samples\/s, .* [kM]B, 0:00 left$/m);
    expect(out).toMatch(/^2 full, "all": finished, accuracy .* %/m);
    expect(out).toMatch(/^1 {2}deprune .*\n2 {2}full, "all" .* (the same|–)/m);

    const compared = await sluice(folder, 'compare', 'tiny', '--reach', '11%');
    expect(compared).toMatchObject({ code: 0, err: '' });
    expect(compared.out).toContain('to 11.0 %  bytes to it');

    await sluice(folder, 'report', '1..2', '-o', join(folder, 'report.html'));
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('full, &quot;all&quot;');

    const { out: csv } = await sluice(folder, 'export', '2', '--format', 'csv');
    expect(csv.trim().split('\r\n')).toHaveLength(4);
    await sluice(folder, 'export', '1', '--format', 'safetensors', '-o', join(folder, 'weights'));
    expect(existsSync(join(folder, 'weights', '0-1-bfull', 'client.safetensors'))).toBe(true);

    expect(await sluice(folder, 'delete', '1')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--yes') as string,
    });
    expect(await sluice(folder, 'delete', '1', '--yes')).toMatchObject({ code: 0, out: 'Deleted 0001-deprune.\n' });
    expect((await sluice(folder, 'list')).out).toMatch(/^#.*\n2 .*finished +1 +3 of 3.*\n$/);
  });
});

/** Starts a command that executes a run, and waits for its log to come to these words. */
async function startUntil(words: string, folder: string, ...args: string[]): Promise<ChildProcess> {
  const child = start(folder, ...args);
  child.stderr!.resume();
  for await (const chunk of child.stdout!.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    if (String(chunk).includes(words)) break;
  }
  child.stdout!.resume();
  return child;
}

async function end(child: ChildProcess, signal?: NodeJS.Signals): Promise<number | null> {
  const ended = once(child, 'close');
  if (signal) child.kill(signal);
  if (child.exitCode === null && child.signalCode === null) await ended;
  return child.exitCode;
}

describe('an interrupted run', { timeout: 120_000 }, () => {
  it('ends, resumed after Ctrl-C and after kill -9, with the weights of one that was let alone', async () => {
    const phases = [
      { budget: 2, epochs: 11 },
      { budget: 'full', epochs: 1 },
    ];
    const [folder, alone] = [home([{ ...deprune, phases }]), home([{ ...deprune, phases }])];
    const stopped = await startUntil('epoch 2/12', folder, 'run', join(folder, 'tiny.json'));
    const code = await end(stopped, 'SIGINT');
    // Windows has no such signal: there it kills.
    if (process.platform !== 'win32') expect(code).toBe(130);
    const killed = await startUntil('epoch 4/12', folder, 'resume', 'tiny');
    await end(killed, 'SIGKILL');
    expect((await sluice(folder, 'list')).out).toMatch(/^1 +deprune +interrupted +1 +\d+ of 12/m);
    expect(await sluice(folder, 'resume')).toMatchObject({ code: 0 });

    // Processes of its own make no difference to a run: it is let alone in one.
    expect(await sluice(alone, 'run', '--in-process', join(alone, 'tiny.json'))).toMatchObject({ code: 0 });
    for (const half of ['client', 'server']) {
      const pair = join('runs', '0001-deprune', 'pairs', '0-1-bfull', `${half}.safetensors`);
      const [{ tensors }, undisturbed] = await Promise.all(
        [folder, alone].map((at) => readSafetensors(join(at, pair))),
      );
      expect(tensors).toEqual(undisturbed.tensors);
    }
  });

  it('pauses, goes on and stops at the word of another terminal', async () => {
    const folder = home([{ ...deprune, method: 'high-compression', phases: [{ budget: 2, epochs: 10_000 }] }]);
    const child = await startUntil('epoch 1/', folder, 'run', join(folder, 'tiny.json'));
    const store = openStore(folder);
    const until = async (status: string): Promise<void> => {
      while (store.find('1').status !== status) await setTimeout(50);
    };
    expect(await sluice(folder, 'pause')).toMatchObject({ code: 0 });
    await until('paused');
    expect(await sluice(folder, 'continue')).toMatchObject({ code: 0 });
    await until('running');
    expect(await sluice(folder, 'stop')).toMatchObject({ code: 0 });
    expect(await end(child)).toBe(130);
    expect(store.find('1').status).toBe('stopped');
    store.close();
  });
});

describe('what makes no sense', { timeout: 60_000 }, () => {
  it.each([
    [['run', 'quickstrat'], 2, /no preset "quickstrat". Did you mean "quickstart"/],
    [['rnu'], 2, /Did you mean run/],
    [
      ['run', 'quickstart', '--in-process', '--offload', 'ws://127.0.0.1:1', '--token', 'of no server'],
      2,
      /--in-process has no server: leave it out, or --offload/,
    ],
  ])('%j is refused with exit code %i and without a stack', async (args, code, message) => {
    const { err, ...ended } = await sluice(temporaryFolder(), ...args);
    expect(ended).toEqual({ code, out: '' });
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n {4}at /);
  });

  it('is a library that is no BLAS', async () => {
    vi.stubEnv('SLUICE_BLAS', '/no/such/library.so');
    onTestFinished(() => void vi.unstubAllEnvs());
    const folder = home([deprune]);
    const { code, err } = await sluice(folder, 'run', '--in-process', join(folder, 'tiny.json'));
    expect(err).toContain('SLUICE_BLAS is /no/such/library.so');
    expect(code).toBe(2);
  });
});

onUnix.it('a launch that is interrupted leaves no queue behind', { timeout: 60_000 }, async () => {
  const folder = home([{ ...deprune, seeds: Array.from({ length: 20_000 }, (_, seed) => seed) }]);
  const runs = join(folder, 'runs');
  const child = start(folder, 'run', join(folder, 'tiny.json'));
  const ended = endOf(child);
  await expect.poll(() => existsSync(runs) && readdirSync(runs).length, { timeout: 30_000 }).toBeGreaterThan(10);
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ code: 130, err: expect.stringContaining('none is') as string });
  expect(readdirSync(runs)).toEqual([]);
  const store = openStore(folder);
  expect(store.list()).toEqual([]);
  store.close();
});

/** The first engine that this machine has not got. */
const absent = (await diagnoseEngines()).find(({ available }) => !available);

where(absent !== undefined, 'every engine is here').describe('an engine that is not there', { timeout: 60_000 }, () => {
  it('is refused by name, with what would make it available', async () => {
    const { code, out, err } = await sluice(temporaryFolder(), 'run', 'quickstart', '--engine', String(absent?.name));
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(`The ${absent?.name} engine is not available: `);
    expect(err).toContain(String(absent?.remedy));
    expect(err).not.toMatch(/\n {4}at /);
  });

  it('is refused for one half as well, unless that is computed elsewhere', async () => {
    const wanted = ['run', 'quickstart', '--engine', 'cpu', '--server-engine', String(absent?.name)];
    const { code, err } = await sluice(temporaryFolder(), ...wanted);
    expect(code).toBe(1);
    expect(err).toContain(`The ${absent?.name} engine is not available: `);
    const elsewhere = await sluice(temporaryFolder(), ...wanted, '--offload', 'ws://127.0.0.1:9', '--token', 'x');
    expect(elsewhere.code).toBe(2);
    expect(elsewhere.err).toContain('give --server-engine to it, as --engine');
  });
});

describe('a network from the terminal', () => {
  it('is shown for images that are not here yet, and not for unknown ones', async () => {
    const folder = temporaryFolder();
    const { code, out } = await sluice(folder, 'model', 'resnet18', '--dataset', 'stl10', '--budgets', '2,8');
    expect(code).toBe(0);
    expect(out).toContain('resnet18, images 3 × 96×96, 10 classes');
    const unknown = await sluice(folder, 'model', 'resnet18', '--dataset', 'stl11');
    expect(unknown).toMatchObject({ code: 2, out: '' });
    expect(unknown.err).toContain('Did you mean "stl10"?');
  });
});

onUnix.it('runs are read where nothing can be written', { timeout: 60_000 }, async () => {
  const folder = temporaryFolder();
  const store = openStore(folder);
  const { id } = store.create(experiment({ name: 'kept' }), 1);
  const lock = (): void => [folder, ...readdirSync(folder).map((name) => join(folder, name))].forEach(readOnly);
  onTestFinished(() => chmodSync(folder, 0o755));
  // Permissions do not keep root from anything.
  const user = process.getuid!() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const asReader = (...args: string[]): Promise<Ended> => endOf(startAs(user, folder, ...args));

  lock();
  expect(await asReader('list')).toMatchObject({ code: 0, out: expect.stringContaining('kept') as string });
  chmodSync(folder, 0o755);
  store.close();
  // As the last process leaves it: this one's statements may wait for the garbage collector.
  new Libsql(join(folder, 'sluice.db')).exec('PRAGMA wal_checkpoint(TRUNCATE)');
  for (const end of ['-wal', '-shm']) rmSync(join(folder, `sluice.db${end}`), { force: true });
  lock();
  expect(await asReader('show')).toMatchObject({ code: 0, out: expect.stringContaining(id) as string });
  expect((await asReader('export', '1', '--format', 'json')).out).toContain('"kept"');
  const unwritable = { code: 1, err: expect.stringMatching(/Runs cannot be kept in .*SLUICE_HOME/) as string };
  expect(await asReader('delete', '1', '--yes')).toMatchObject(unwritable);
});

function readOnly(path: string): void {
  chmodSync(path, statSync(path).isDirectory() ? 0o555 : 0o444);
}

onUnix.it('an import that is interrupted leaves nothing behind', async () => {
  const folder = temporaryFolder();
  const pictures = join(folder, 'pictures');
  await writeImageFolder(pictures, ['a', 'b'], 2);
  const [name] = readdirSync(join(pictures, 'a'));
  for (let i = 0; i < 4000; i++) copyFileSync(join(pictures, 'a', name), join(pictures, 'b', `copy-${i}.png`));
  const child = start(folder, 'data', 'import', pictures);
  const data = join(folder, 'data');
  await expect
    .poll(() => existsSync(data) && readdirSync(data), { interval: 5, timeout: 20_000 })
    .toEqual([expect.stringContaining('.importing-')]);
  expect(await end(child, 'SIGINT')).toBe(130);
  expect(readdirSync(data)).toEqual([]);
});

it('an import names what it cannot read, and takes what is asked for all the same', async () => {
  const folder = temporaryFolder();
  const pictures = await writeImageFolder(join(folder, 'pictures'), ['a', join('a', 'old'), 'b'], 5);
  writeFileSync(join(pictures, 'b', '1.png'), 'damaged');
  const asked = ['data', 'import', pictures];
  expect(await sluice(folder, ...asked)).toMatchObject({ code: 2, err: expect.stringContaining('a/old') as string });
  expect(await sluice(folder, ...asked, '--nested')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/1 file cannot be read.*\n.*1\.png: it is no picture/) as string,
  });
  expect(await sluice(folder, ...asked, '--nested', '--skip-damaged')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/pictures: \d+ training and \d+ test images of 8×8×3, 2 classes/) as string,
    err: expect.stringContaining('left out') as string,
  });
});
