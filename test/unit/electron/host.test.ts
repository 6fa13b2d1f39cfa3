import { EventEmitter } from 'node:events';
import type { MessagePortMain } from 'electron';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepHost, type HostOptions } from '../../../electron/host.ts';

class Child extends EventEmitter {
  readonly attached: unknown[] = [];
  deaf = false;
  postMessage(message: { type: string }, ports: readonly unknown[] = []): void {
    if (message.type === 'attach') this.attached.push(...ports);
    if (message.type === 'close' && !this.deaf) this.emit('exit', 0);
  }
  kill(): boolean {
    return this.emit('exit', 15);
  }
}

function setUp(options: Partial<HostOptions> = {}) {
  const children: Child[] = [];
  const onStart = vi.fn();
  const onGiveUp = vi.fn();
  const host = keepHost({
    fork: () => {
      children.push(new Child());
      return children.at(-1)!;
    },
    onStart,
    onGiveUp,
    delays: [100, 1000],
    settled: 60_000,
    grace: 500,
    ...options,
  });
  return { host, children, onStart, onGiveUp };
}

const port = (name: string): MessagePortMain => ({ name }) as unknown as MessagePortMain;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the host of the lab', () => {
  it('is started again when it dies, later each time, and given up when it does not stay up', async () => {
    const { host, children, onStart, onGiveUp } = setUp();
    children[0].emit('exit', 1);
    await vi.advanceTimersByTimeAsync(99);
    expect(children).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(children).toHaveLength(2);
    children[1].emit('exit', 1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(children).toHaveLength(3);
    children[2].emit('exit', 139);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(children).toHaveLength(3);
    expect(onGiveUp.mock.calls).toEqual([[139]]);
    expect(onStart).toHaveBeenCalledTimes(3);

    await host.restart();
    expect(children).toHaveLength(4);
  });

  it('may die again and again if it was up for long in between', async () => {
    const { children, onGiveUp } = setUp();
    for (let death = 0; death < 5; death++) {
      await vi.advanceTimersByTimeAsync(61_000);
      children.at(-1)!.emit('exit', 1);
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(children).toHaveLength(6);
    expect(onGiveUp).not.toHaveBeenCalled();
  });

  it('gets the ports asked for while it was away as soon as it is back', async () => {
    const { host, children } = setUp();
    host.attach(port('first'));
    children[0].emit('exit', 1);
    host.attach(port('second'));
    await vi.advanceTimersByTimeAsync(100);
    expect(children.map(({ attached }) => attached)).toEqual([[port('first')], [port('second')]]);
  });

  it('ends when it is asked to, and is killed when it does not listen', async () => {
    const { host, children, onGiveUp } = setUp();
    children[0].deaf = true;
    const kill = vi.spyOn(children[0], 'kill');
    const restarted = host.restart();
    await vi.advanceTimersByTimeAsync(500);
    await restarted;
    expect(kill).toHaveBeenCalledOnce();
    expect(children).toHaveLength(2);

    await host.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(children).toHaveLength(2);
    expect(onGiveUp).not.toHaveBeenCalled();
  });

  it('stays ended when it was waiting to be started again', async () => {
    const { host, children } = setUp();
    children[0].emit('exit', 1);
    await host.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(children).toHaveLength(1);
  });
});
