import { describe, expect, it } from 'vitest';
import { openJoinPoint, type JoinPoint } from '../../../../main/processes/source/elsewhere/join-point.ts';
import type { FromSource, SourceTask } from '../../../../main/processes/source/messages.ts';
import type { Connection } from '../../../../main/offload/transport/connection.ts';
import { dial, throwIfError, type ServerAddress } from '../../../../main/offload/client/dial.ts';
import { decodeMessage, encodeMessage } from '../../../../main/wire.ts';
import { stepRecord } from '../../../support/run-records.ts';
import { closing, temporaryFolder } from '../../../support/closing.ts';

async function open(host = '127.0.0.1'): Promise<JoinPoint> {
  return closing(await openJoinPoint({ home: temporaryFolder(), host, port: 0 }));
}

async function join(address: ServerAddress): Promise<Connection> {
  const { connection } = await dial(address, 'test');
  closing({ close: () => connection.close(1000) });
  return connection;
}

const plain = ({ url, token }: JoinPoint): ServerAddress => ({ url, token });

describe('the place where sources join a run', () => {
  it('gives each that comes the part of one that is waited for, and no more', async () => {
    const gate = await open();
    const heard: FromSource[] = [];
    const [first, second] = [0, 1].map(() => gate.take((message) => message.kind !== 'alive' && heard.push(message)));
    const task = { index: 1 } as SourceTask;
    first.send({ kind: 'task', task });
    const one = await join(plain(gate));
    expect(decodeMessage(await one.receive())).toEqual({ kind: 'task', task });
    await join(plain(gate));
    await expect(join(plain(gate))).rejects.toMatchObject({ code: 'limit-clients' });

    one.send(encodeMessage({ kind: 'record', record: stepRecord(3) }));
    await expect.poll(() => heard, { timeout: 20_000 }).toEqual([{ kind: 'record', record: stepRecord(3) }]);
    second.kill();
    expect(await second.gone).toBe('let go');
  });

  it('waits for another in the place of one that is lost', async () => {
    const gate = await open();
    const first = gate.take(() => undefined);
    (await join(plain(gate))).close(1000, 'the machine goes down');
    expect(await first.gone).toBe('the machine goes down');
    await expect(join(plain(gate))).rejects.toMatchObject({ code: 'limit-clients' });
    gate.take(() => undefined).send({ kind: 'pause' });
    expect(decodeMessage(await (await join(plain(gate))).receive())).toEqual({ kind: 'pause' });
  });

  it('is closed to those without its token, and encrypted beyond this machine', async () => {
    const gate = await open('0.0.0.0');
    gate.take(() => undefined);
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
    const gate = await open();
    const heard: FromSource[] = [];
    const seat = gate.take((each) => each.kind !== 'alive' && heard.push(each));
    const connection = await join(plain(gate));
    connection.send(encodeMessage(message));
    const answer = connection.receive().then(throwIfError);
    await expect(answer).rejects.toMatchObject({ code: 'message-malformed' });
    expect(await seat.gone).toMatch(/A message of a joined source is wrong/);
    expect(heard).toEqual([]);
  });
});
