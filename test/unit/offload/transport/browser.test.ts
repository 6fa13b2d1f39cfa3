import { describe, expect, it } from 'vitest';
import { connectionOverBrowser, type BrowserSocket } from '../../../../main/offload/transport/browser.ts';

type Listener = Parameters<BrowserSocket['addEventListener']>[1];

/** A socket of a browser, and the other side of it. */
function socketOf() {
  const listeners = new Map<string, Listener>();
  const sent: Uint8Array[] = [];
  const closes: [number | undefined, string | undefined][] = [];
  const socket = {
    readyState: 1,
    bufferedAmount: 0,
    binaryType: 'blob',
    send: (data: Uint8Array) => void sent.push(data),
    close: (code?: number, reason?: string) => void closes.push([code, reason]),
    addEventListener: (type: string, listener: Listener) => void listeners.set(type, listener),
  };
  const arrive = (bytes: number[]): void => listeners.get('message')!({ data: Uint8Array.from(bytes).buffer });
  return { socket, sent, closes, arrive, emit: (type: string, event: object) => listeners.get(type)!(event) };
}

describe('a connection over the WebSocket of a browser', () => {
  it('gives whole messages in their order, those that came before they were asked for too', async () => {
    const { socket, arrive } = socketOf();
    const connection = connectionOverBrowser(socket);
    expect(socket.binaryType).toBe('arraybuffer');
    arrive([1]);
    arrive([2, 2]);
    const [first, second, third] = [connection.receive(), connection.receive(), connection.receive()];
    arrive([3]);
    expect([...(await first)]).toEqual([1]);
    expect([...(await second)]).toEqual([2, 2]);
    expect([...(await third)]).toEqual([3]);
  });

  it('counts messages, and the bytes of their frames with the masks that browsers send', () => {
    const { socket, sent, arrive } = socketOf();
    const connection = connectionOverBrowser(socket);
    for (const bytes of [125, 126, 65_535, 65_536]) connection.send(new Uint8Array(bytes));
    arrive([1, 2, 3]);
    expect(sent.map(({ length }) => length)).toEqual([125, 126, 65_535, 65_536]);
    const { messages, wire } = connection.traffic();
    expect(messages).toEqual({ sent: 131_322, received: 3 });
    expect(wire).toEqual({ sent: 131_322 + 2 + 4 + 4 + 10 + 4 * 4, received: 5 });
  });

  it('tells whether coming back is of use once it has ended, after what had arrived', async () => {
    for (const [code, expected] of [
      [1006, 'connection-lost'],
      [4401, 'connection-ended'],
    ] as const) {
      const { socket, arrive, emit } = socketOf();
      const connection = connectionOverBrowser(socket);
      const waiting = connection.receive();
      arrive([1]);
      arrive([2]);
      await waiting;
      emit('close', { code, reason: '' });
      expect([...(await connection.receive())]).toEqual([2]);
      await expect(connection.receive()).rejects.toMatchObject({ code: expected });
    }
  });

  it('closes with codes that a page may use, and at a message that is none', () => {
    const { socket, closes, emit } = socketOf();
    const connection = connectionOverBrowser(socket);
    connection.close(1001, 'gone');
    connection.close(4409, 'x'.repeat(300));
    emit('message', { data: 'text' });
    expect(closes.map(([code]) => code)).toEqual([1000, 4409, 4400]);
    expect(closes[1][1]!.length).toBeLessThanOrEqual(123);
  });
});
