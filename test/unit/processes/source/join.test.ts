import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../../../main/errors.ts';
import { openJoinPoint, type JoinPoint } from '../../../../main/processes/source/elsewhere/join-point.ts';
import { joinRun } from '../../../../main/processes/source/elsewhere/join-run.ts';
import type { FromSource, SourceTask } from '../../../../main/processes/source/messages.ts';
import type { Connection } from '../../../../main/offload/transport/connection.ts';
import { dial, throwIfError, type ServerAddress } from '../../../../main/offload/client/dial.ts';
import { decodeMessage, encodeMessage } from '../../../../main/wire.ts';
import { experiment, fingerprint, stepRecord } from '../../../support/run-records.ts';
import { closing, temporaryFolder } from '../../../support/closing.ts';

interface OpenOptions {
  readonly host?: string;
  readonly admit?: Parameters<typeof openJoinPoint>[0]['admit'];
}

/** A gate, and the codes of those it has turned away. */
async function open({ host = '127.0.0.1', admit = () => undefined }: OpenOptions = {}) {
  const refused: unknown[] = [];
  const onRefused = (error: unknown): void => void refused.push(error instanceof SluiceError ? error.code : error);
  const gate = await openJoinPoint({ home: temporaryFolder(), host, port: 0, admit, onRefused });
  return { gate: closing(gate), refused };
}

async function join(address: ServerAddress): Promise<Connection> {
  const { connection } = await dial(address, 'test');
  closing({ close: () => connection.close(1000) });
  return connection;
}

const plain = ({ url, token }: JoinPoint): ServerAddress => ({ url, token });

const ready: FromSource = {
  kind: 'ready',
  engine: { name: 'cpu', device: 'toy', detail: 'by hand' },
  stepsPerEpoch: 3,
  fingerprint: fingerprint(),
};

/** A source at the gate: the kinds of its messages that came through, and what was said of its end. */
function seatAt(gate: JoinPoint) {
  const heard: FromSource[] = [];
  return { heard, child: gate.take((message) => message.kind !== 'alive' && heard.push(message)) };
}

describe('the place where sources join a run', () => {
  it('gives each that comes the part of one that is waited for, and no more', async () => {
    const { gate } = await open();
    const [first, second] = [seatAt(gate), seatAt(gate)];
    const task = { index: 1 } as SourceTask;
    first.child.send({ kind: 'task', task });
    const one = await join(plain(gate));
    expect(decodeMessage(await one.receive())).toEqual({ kind: 'task', task });
    await join(plain(gate));
    await expect(join(plain(gate))).rejects.toMatchObject({ code: 'limit-clients' });

    const record: FromSource = { kind: 'record', record: stepRecord(3) };
    for (const message of [ready, record]) one.send(encodeMessage(message));
    await expect.poll(() => first.heard, { timeout: 20_000 }).toEqual([ready, record]);
    second.child.kill();
    expect(await second.child.gone).toBe('let go');
  });

  it('waits for another in the place of one that is lost', async () => {
    const { gate } = await open();
    const { child, heard } = seatAt(gate);
    const one = await join(plain(gate));
    one.send(encodeMessage(ready));
    await expect.poll(() => heard, { timeout: 20_000 }).toEqual([ready]);
    one.close(1000, 'the machine goes down');
    expect(await child.gone).toBe('the machine goes down');
    await expect(join(plain(gate))).rejects.toMatchObject({ code: 'limit-clients' });
    seatAt(gate).child.send({ kind: 'pause' });
    expect(decodeMessage(await (await join(plain(gate))).receive())).toEqual({ kind: 'pause' });
  });

  it('tells the next one everything anew when one goes before it is ready, and the run notices nothing', async () => {
    const { gate } = await open();
    const { child, heard } = seatAt(gate);
    const task = { index: 2 } as SourceTask;
    child.send({ kind: 'task', task });
    const one = await join(plain(gate));
    expect(decodeMessage(await one.receive())).toEqual({ kind: 'task', task });
    child.send({ kind: 'pause' });
    expect(decodeMessage(await one.receive())).toEqual({ kind: 'pause' });
    one.close(1000);
    await one.closed;
    const next = await join(plain(gate));
    expect(decodeMessage(await next.receive())).toEqual({ kind: 'task', task });
    expect(decodeMessage(await next.receive())).toEqual({ kind: 'pause' });
    next.send(encodeMessage(ready));
    await expect.poll(() => heard, { timeout: 20_000 }).toEqual([ready]);
  });

  it('is closed to those without its token, and encrypted beyond this machine', async () => {
    const { gate } = await open({ host: '0.0.0.0' });
    seatAt(gate);
    const url = gate.url.replace('0.0.0.0', '127.0.0.1');
    expect(url).toMatch(/^wss:/);
    const address = { url, token: gate.token, fingerprint: gate.fingerprint! };
    await expect(join({ ...address, token: 'of another run' })).rejects.toMatchObject({ code: 'auth-token' });
    await expect(join({ ...address, fingerprint: 'ab'.repeat(32) })).rejects.toMatchObject({
      code: 'fingerprint-mismatch',
    });
    await join(address);
  });

  it.each([
    ['is none of a source', { kind: 'delete', path: '/' }],
    ['has a member too many', { kind: 'ended', path: '/' }],
    ['has a number where none belongs', { kind: 'record', record: stepRecord(-1) }],
  ])('sends away who says what %s', async (_, message) => {
    const { gate } = await open();
    const { child, heard } = seatAt(gate);
    const connection = await join(plain(gate));
    for (const each of [ready, message]) connection.send(encodeMessage(each));
    const answer = connection.receive().then(throwIfError);
    await expect(answer).rejects.toMatchObject({ code: 'message-malformed' });
    expect(await child.gone).toMatch(/A message of a joined source is wrong/);
    expect(heard).toEqual([ready]);
  });
});

describe('a source that the run cannot take', () => {
  const otherImages = (): never => {
    throw new SluiceError('dataset-other', 'It has 60 training images instead of 80.');
  };
  const failed: FromSource = { kind: 'failed', failure: { code: 'dataset-missing', message: 'There is none here.' } };

  it.each([
    ['has other images', ready, 'dataset-other'],
    ['cannot begin', failed, 'dataset-missing'],
    ['says more before it is known what it has', { kind: 'record', record: stepRecord(1) } as const, 'message-type'],
  ])('because it %s is told why, and the run waits for another', async (_, message, code) => {
    let admit: () => void = otherImages;
    const { gate, refused } = await open({ admit: () => admit() });
    const { heard } = seatAt(gate);
    const wrong = await join(plain(gate));
    wrong.send(encodeMessage(message));
    await expect(wrong.receive().then(throwIfError)).rejects.toMatchObject({ code });
    expect(refused).toEqual([code]);
    admit = () => undefined;
    const right = await join(plain(gate));
    right.send(encodeMessage(ready));
    await expect.poll(() => heard, { timeout: 20_000 }).toEqual([ready]);
  });

  it('ends with the reason, and does not come again', async () => {
    const { gate, refused } = await open({ admit: otherImages });
    const { child } = seatAt(gate);
    const task: SourceTask = {
      experiment: experiment(),
      seed: 1,
      index: 0,
      threads: 1,
      run: 'a',
      server: null,
      retrySeconds: 1,
      resume: null,
    };
    child.send({ kind: 'task', task });
    const said: string[] = [];
    const { signal } = new AbortController();
    const joining = joinRun({ run: plain(gate), retrySeconds: 1, signal, onEvent: (text) => said.push(text) });
    await expect(joining).rejects.toMatchObject({ code: 'dataset-other', message: /60 training images/ });
    expect(said).toEqual([`Joined the run at ${gate.url}.`]);
    expect(refused).toEqual(['dataset-other']);
  });
});
