import { describe, expect, it } from 'vitest';
import { encodeAverage } from '../../../../main/offload/protocol/average.ts';
import { decodeControl, encodeControl } from '../../../../main/offload/protocol/control.ts';
import { readHeader } from '../../../../main/offload/protocol/header.ts';
import { encodeState } from '../../../../main/offload/protocol/state-part.ts';
import { evaluateIn, inferIn, stepIn } from '../../../support/codecs.ts';
import { fakeHalf, serve, sessionRequest, stepRequest, type FakeHalf } from '../fake-half.ts';
import { open, hello, openSession } from '../raw-client.ts';

const step = stepIn('float32', 'float32', stepRequest(1));
const infer = () => inferIn('float32', stepRequest(1));
const source = { run: 'run-of-one-source', index: 0, count: 1, serverHalf: 'own' } as const;

describe('a session for inference', () => {
  it('is answered, and changes nothing', async () => {
    const half = fakeHalf();
    const client = await openSession(
      await serve({ open: () => Promise.resolve(half) }),
      sessionRequest({ purpose: 'infer' }),
    );
    const average = encodeAverage({ round: 0, samples: 1, state: new Uint8Array(8) });
    for (const [i, message] of [step.slice(), encodeControl('reset', {}), average].entries()) {
      expect(decodeControl('error', await client.exchange(message, i + 1))).toMatchObject({
        code: 'session-read-only',
        path: 'purpose',
      });
    }
    expect(readHeader(await client.exchange(infer(), 4)).type).toBe('logits');
    expect(readHeader(await client.exchange(evaluateIn('float32', stepRequest(1)), 5)).type).toBe('score');
    expect(half.steps).toEqual([]);
    expect(half.calls).toEqual([]);
  });

  it('takes weights that the client brings', async () => {
    const half = fakeHalf();
    const client = await openSession(
      await serve({ open: () => Promise.resolve(half) }),
      sessionRequest({ purpose: 'infer' }),
    );
    const bytes = new Uint8Array(Uint32Array.of(4, 5).buffer);
    await client.exchange(encodeControl('checkpoint', { action: 'put', name: 'trained', bytes: bytes.length }), 1);
    await client.exchange(encodeState({ offset: 0, total: bytes.length, bytes }), 2);
    const restored = await client.exchange(encodeControl('checkpoint', { action: 'restore', name: 'trained' }), 3);
    expect(decodeControl('done', restored)).toEqual({ restored: true });
    expect(half.steps).toEqual([4, 5]);
  });

  it('reads what the training of its run keeps, and leaves that and its sessions alone', async () => {
    const halves: FakeHalf[] = [];
    const server = await serve({
      open() {
        halves.push(fakeHalf());
        return Promise.resolve(halves[halves.length - 1]);
      },
    });
    const trainer = await openSession(server, sessionRequest({ source }));
    await trainer.exchange(step.slice(), 1);
    await trainer.exchange(encodeControl('checkpoint', { action: 'save', name: 'kept' }), 2);
    const client = await openSession(server, sessionRequest({ source, purpose: 'infer' }));
    await client.exchange(encodeControl('checkpoint', { action: 'restore', name: 'kept' }), 1);
    expect(halves.map(({ steps }) => steps)).toEqual([[1], [1]]);
    client.send(encodeControl('bye', { done: true }));
    expect(await client.closed).toBe(1000);

    const restored = await trainer.exchange(encodeControl('checkpoint', { action: 'restore', name: 'kept' }), 3);
    expect(decodeControl('done', restored)).toEqual({ restored: true });
  });

  it('cannot be resumed as a training', async () => {
    const server = await serve();
    const request = sessionRequest({ purpose: 'infer' });
    await openSession(server, request);
    const client = await open(server);
    await client.exchange(hello());
    const answer = await client.exchange(encodeControl('session', { ...request, purpose: 'train' }));
    expect(decodeControl('error', answer)).toMatchObject({ code: 'session-mismatch', path: 'purpose' });
  });

  it('does not wait for the steps of a training', async () => {
    const order: string[] = [];
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let begun = false;
    const server = await serve({
      open: ({ purpose }) =>
        Promise.resolve(
          fakeHalf(() => {
            begun = purpose === 'train';
            return held;
          }),
        ),
    });
    const trainer = await openSession(server);
    const stepped = trainer.exchange(step.slice(), 1).then(() => order.push('step'));
    await expect.poll(() => begun).toBe(true);
    // Opened, asked and answered while the step is under way.
    const client = await openSession(server, sessionRequest({ purpose: 'infer' }));
    for (const number of [1, 2, 3]) {
      expect(readHeader(await client.exchange(infer(), number)).type).toBe('logits');
      order.push('logits');
    }
    release();
    await stepped;
    expect(order).toEqual(['logits', 'logits', 'logits', 'step']);
  });
});
