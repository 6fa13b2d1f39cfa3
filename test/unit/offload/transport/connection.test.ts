import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { connectionOver } from '../../../../main/offload/transport/socket.ts';
import { isLoopback } from '../../../../main/offload/transport/loopback.ts';
import { strangers } from '../../../../main/offload/transport/strangers.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a connection', () => {
  /** A socket over which so many bytes have come, and what was done to it. */
  function socketWith(wire: { bytesRead: number }, other: 'server' | 'client'): string[] {
    const done: string[] = [];
    const socket = Object.assign(new EventEmitter(), {
      ping: () => done.push('ping'),
      terminate: () => done.push('cut'),
    });
    connectionOver(socket as unknown as WebSocket, wire as unknown as Socket, other);
    return done;
  }

  it.each([
    ['server', 3],
    ['client', 30],
  ] as const)('to a %s is cut after %i heartbeats of ten seconds without a byte', (other, beats) => {
    const wire = { bytesRead: 1 };
    const done = socketWith(wire, other);
    // The first hears what came before it.
    vi.advanceTimersByTime(10_000 * beats);
    expect(done).toEqual(Array(beats).fill('ping'));
    wire.bytesRead++;
    vi.advanceTimersByTime(10_000 * beats);
    expect(done).toEqual(Array(2 * beats).fill('ping'));
    vi.advanceTimersByTime(9_999);
    expect(done).not.toContain('cut');
    vi.advanceTimersByTime(1);
    expect(done.at(-1)).toBe('cut');
  });
});

describe('strangers', () => {
  it('are displaced by others, first those of the address with the most', () => {
    const out: string[] = [];
    const some = strangers<string>(3, (client) => out.push(client));
    some.add('honest', 'a');
    for (const flood of ['f1', 'f2', 'f3', 'f4']) some.add(flood, 'b');
    expect(out).toEqual(['f1', 'f2']);
    some.remove('f3');
    some.add('another', 'c');
    expect(out).toHaveLength(2);
    some.add('late', 'd');
    expect(out).toEqual(['f1', 'f2', 'honest']);
  });
});

it('this machine is what its addresses and its name say', () => {
  for (const host of ['localhost', '::1', '127.0.0.1', '127.9.9.9']) expect(isLoopback(host), host).toBe(true);
  for (const host of ['0.0.0.0', '::', '127.0.0.1.evil.example', '127.evil.example', '10.0.0.1', '']) {
    expect(isLoopback(host), host).toBe(false);
  }
});
