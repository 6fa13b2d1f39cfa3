import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { decodeControl, encodeControl } from '../../../../main/offload/protocol/control.ts';
import { readHeader } from '../../../../main/offload/protocol/header.ts';
import { evaluateIn, gradientIn, stepIn } from '../../../support/codecs.ts';
import { fakeHalf, serve, sessionRequest, stepRequest } from '../fake-half.ts';
import { hello, open, openSession } from '../raw-client.ts';

const step = (number: number) => stepIn('float32', 'float32', stepRequest(number));
const codeOf = (message: Uint8Array) => decodeControl('error', message).code;
const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);

/** Holds work back until it is let through. */
function gate() {
  let asked = 0;
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return {
    open,
    asked: () => asked,
    wait() {
      asked++;
      return opened;
    },
  };
}

describe('several requests in flight', () => {
  it('are announced, taken in order, and each answered once under its number', async () => {
    const half = fakeHalf(() => sleep(1));
    const server = await serve({ open: () => Promise.resolve(half), limits: { inFlight: 8 } });
    const greeted = await open(server);
    expect(decodeControl('welcome', await greeted.exchange(hello())).limits.inFlight).toBe(8);

    const client = await openSession(server);
    for (const number of upTo(40)) client.send(step(number), number);
    client.send(evaluateIn('float32', stepRequest(1)), 41);
    for (const number of upTo(40)) {
      const answer = await client.receive();
      expect(readHeader(answer)).toEqual({ type: 'gradient', sequence: number });
      expect(gradientIn('float32', answer, stepRequest(1)).gradient[0]).toBe(-number);
    }
    expect(readHeader(await client.receive())).toEqual({ type: 'score', sequence: 41 });
    expect(half.steps).toEqual(upTo(40));
  });

  it('go on over a new connection: what is resent while it is worked on is applied once', async () => {
    const { wait, open: release, asked } = gate();
    const half = fakeHalf(wait);
    const server = await serve({ open: () => Promise.resolve(half), limits: { inFlight: 4 } });
    const request = sessionRequest();
    const first = await openSession(server, request);
    for (const number of [1, 2, 3]) first.send(step(number), number);
    await expect.poll(asked).toBe(1);
    // Read before the connection is seen to be gone.
    await expect.poll(() => server.sessions()[0].wire.received).toBeGreaterThan(3 * step(1).length);
    first.socket.terminate();

    const second = await openSession(server, request);
    expect(second.ready.resumed).toBe(true);
    const { sequence } = second.ready;
    expect(sequence).toBeLessThanOrEqual(3);
    for (const number of [1, 2, 3, 4]) second.send(step(number), number);
    release();
    for (const number of [1, 2, 3, 4]) {
      expect(readHeader(await second.receive())).toEqual({ type: 'gradient', sequence: number });
    }
    expect(half.steps).toEqual([1, 2, 3, 4]);
  });

  it('have their answers kept for the last numbers, and no longer', async () => {
    const half = fakeHalf();
    const server = await serve({ open: () => Promise.resolve(half), limits: { inFlight: 3 } });
    const request = sessionRequest();
    const client = await openSession(server, request);
    const answers: Uint8Array[] = [];
    for (const number of upTo(5)) answers.push(await client.exchange(step(number), number));
    for (const number of [3, 5, 4]) expect(await client.exchange(step(number), number)).toEqual(answers[number - 1]);
    expect(half.steps).toEqual(upTo(5));
    expect(codeOf(await client.exchange(step(9), 4))).toBe('sequence-reused');

    const again = await openSession(server, request);
    expect(again.ready.sequence).toBe(5);
    expect(codeOf(await again.exchange(step(2), 2))).toBe('sequence-wrong');
  });

  it('are read no further than the server allows', async () => {
    const { wait, open: release, asked } = gate();
    const half = fakeHalf(wait);
    const server = await serve({ open: () => Promise.resolve(half), limits: { inFlight: 2 } });
    const request = sessionRequest();
    const client = await openSession(server, request);
    for (const number of upTo(6)) client.send(step(number), number);
    await expect.poll(asked).toBe(1);
    await sleep(50);
    // What the server took is what a second connection hears.
    expect((await openSession(server, request)).ready.sequence).toBe(2);
    release();
  });

  it('are answered before the server closes for one that is none, and before bye', async () => {
    const server = await serve({ open: () => Promise.resolve(fakeHalf(() => sleep(5))) });
    const client = await openSession(server);
    for (const number of [1, 2]) client.send(step(number), number);
    client.send(step(3), 7);
    for (const number of [1, 2]) expect(readHeader(await client.receive()).sequence).toBe(number);
    expect(codeOf(await client.receive())).toBe('sequence-wrong');
    expect(await client.closed).toBe(4400);

    const polite = await openSession(server);
    for (const number of [1, 2]) polite.send(step(number), number);
    polite.send(encodeControl('bye', {}));
    for (const sequence of [1, 2]) expect(readHeader(await polite.receive())).toEqual({ type: 'gradient', sequence });
    expect(await polite.closed).toBe(1000);
  });

  it('go no further when their source was started again: what was not begun is not applied', async () => {
    const { wait, open: release, asked } = gate();
    const half = fakeHalf(wait);
    const server = await serve({ open: () => Promise.resolve(half) });
    const source = (index: number) =>
      sessionRequest({ source: { run: 'run-of-two-sources', index, count: 2, serverHalf: 'shared' } });
    await openSession(server, source(1));
    const client = await openSession(server, source(0));
    for (const number of [1, 2, 3]) client.send(step(number), number);
    await expect.poll(asked).toBe(1);
    await sleep(50);
    const again = await openSession(server, source(0));
    expect(again.ready).toEqual({ resumed: false, sequence: 0 });
    again.send(step(9), 1);
    release();
    await again.receive();
    expect(half.steps).toEqual([1, 9]);
  });
});
