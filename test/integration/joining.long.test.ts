import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { entry } from '../../main/entry.ts';
import { SluiceError } from '../../main/errors.ts';
import { openJoinPoint } from '../../main/processes/source/elsewhere/join-point.ts';
import { openStore, type Store } from '../../main/runs/store/store.ts';
import { closing, temporaryFolder } from '../support/closing.ts';
import { logOf } from '../support/network-runs.ts';
import { experiment } from '../support/run-records.ts';

const { url, execArgv } = entry(import.meta.url, '../../main/cli.ts');

/** A command on a machine of its own, as far as its home goes, and what it has said. */
interface Machine {
  readonly process: ChildProcess;
  readonly home: string;
  said(): string;
}

function machine(...args: string[]): Machine {
  const home = temporaryFolder();
  const child = spawn(process.execPath, [...execArgv, fileURLToPath(url), ...args], {
    env: { ...process.env, SLUICE_HOME: home, SLUICE_TOKEN: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  closing({ close: () => child.kill('SIGKILL') });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()));
  return { process: child, home, said: () => output };
}

async function waitFor(pattern: RegExp, { said }: Machine): Promise<string[]> {
  await expect.poll(said, { timeout: 60_000 }).toMatch(pattern);
  return pattern.exec(said())!.slice(1);
}

/** Steps that each source has records of. */
function stepsOf(store: Store, source: number): number[] {
  return store
    .steps(store.find('1').id)
    .filter((step) => step.source === source)
    .map(({ step }) => step);
}

function experimentFile(): string {
  const file = join(temporaryFolder(), 'two.json');
  const experiment = {
    name: 'two',
    dataset: { trainSamples: 192, testSamples: 20 },
    model: { name: 'cnn', width: 0.125 },
    split: { layer: 3 },
    method: 'high-compression',
    phases: [{ budget: 2, epochs: 20 }],
    checkpointSteps: 4,
    threads: 1,
    sources: { count: 2, serverHalf: 'own' },
  };
  writeFileSync(file, JSON.stringify({ title: 'Two', description: '', shared: {}, experiments: [{ experiment }] }));
  return file;
}

describe('a run over four machines', { timeout: 180_000 }, () => {
  it('goes on when the machine of a source dies and another takes its place', async () => {
    const server = machine('offload', '--port', '0', '--engine', 'cpu', '--threads', '1');
    const [offload, token] = await waitFor(/--offload (\S+) --token (\S+)/, server);
    const waiting = ['--wait-for-sources', '1', '--join-port', '0'];
    const run = machine('run', experimentFile(), '--offload', offload, '--token', token, ...waiting);
    const [at, secret] = await waitFor(/sluice source --join (\S+) --token (\S+)/, run);
    const store = closing(openStore(run.home));

    const stranger = machine('source', '--join', at, '--token', 'guessed');
    const ended = once(run.process, 'exit');
    await waitFor(/error: The token is wrong\. Use the one that the run printed/, stranger);

    const first = machine('source', '--join', at, '--token', secret);
    await expect.poll(() => stepsOf(store, 1).length, { timeout: 60_000 }).toBeGreaterThan(4);
    first.process.kill('SIGKILL');
    const second = machine('source', '--join', at, '--token', secret);
    await waitFor(/Joined the run at .*\n(?:.*\n)*Epoch 20: accuracy/, second);

    expect(await ended).toEqual([0, null]);
    expect(store.find('1').status).toBe('finished');
    for (const source of [0, 1]) expect(stepsOf(store, source)).toEqual([...Array(120).keys()]);
    expect(logOf(store, store.find('1').id).find(({ event }) => event === 'source-died')).toMatchObject({ source: 1 });
    await expect.poll(() => second.process.exitCode, { timeout: 20_000 }).toBe(0);
  });
});

it('a source that the run turns away ends with exit code 1 and the reason', { timeout: 60_000 }, async () => {
  const message = 'The data set "synthetic" of this source is not the one that the run trains on.';
  const admit = (): never => {
    throw new SluiceError('dataset-other', message);
  };
  const onRefused = (): void => undefined;
  const gate = closing(await openJoinPoint({ home: temporaryFolder(), host: '127.0.0.1', port: 0, admit, onRefused }));
  const seat = gate.take(() => undefined);
  const task = { experiment: experiment(), seed: 1, index: 0, threads: 1, run: 'a', server: null, retrySeconds: 1 };
  seat.send({ kind: 'task', task: { ...task, resume: null } });
  const source = machine('source', '--join', gate.url, '--token', gate.token);
  expect(await once(source.process, 'close')).toEqual([1, null]);
  expect(source.said()).toContain(`error: ${message}\n`);
  expect(source.said().match(/Joined the run/g)).toHaveLength(1);
});
