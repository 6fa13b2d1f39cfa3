import { closeCodes, lost, type Closed, type Connection } from './connection.ts';

/** What a connection needs of a browser's WebSocket, which Node's types do not know. */
export interface BrowserSocket {
  readonly readyState: number;
  readonly bufferedAmount: number;
  binaryType: string;
  send(data: Uint8Array): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: string, listener: (event: { data?: unknown; code?: number; reason?: string }) => void): void;
}

const open = 1;
const lookMs = 5;
const mostReasonBytes = 120;

/** Bytes around a message of so many: the frame's header, and the mask where a browser sends it. */
function framed(bytes: number, masked: boolean): number {
  return bytes + (bytes < 126 ? 2 : bytes < 65_536 ? 4 : 10) + (masked ? 4 : 0);
}

/**
 * Takes over an open WebSocket of a browser. What its TCP connection carries no page can see: the wire's bytes are those
 * of the frames, without TLS and heartbeats.
 */
export function connectionOverBrowser(socket: BrowserSocket): Connection {
  socket.binaryType = 'arraybuffer';
  const messages = { sent: 0, received: 0 };
  const wire = { sent: 0, received: 0 };
  const arrived: Uint8Array[] = [];
  const waiting: ((message: Uint8Array | null) => void)[] = [];
  let ended = false;

  const closed = new Promise<Closed>((resolve) => {
    socket.addEventListener('close', ({ code = 1006, reason = '' }) => {
      ended = true;
      for (const one of waiting.splice(0)) one(null);
      resolve({ code, reason });
    });
  });
  socket.addEventListener('message', ({ data }) => {
    if (!(data instanceof ArrayBuffer)) {
      socket.close(4400, 'messages are binary');
      return;
    }
    const message = new Uint8Array(data);
    messages.received += message.length;
    wire.received += framed(message.length, false);
    const one = waiting.shift();
    if (one) one(message);
    else arrived.push(message);
  });

  return {
    closed,
    send(message) {
      // After the end a message is lost, as over any connection.
      if (socket.readyState !== open) return;
      messages.sent += message.length;
      wire.sent += framed(message.length, true);
      socket.send(message);
    },
    async flushed() {
      while (socket.readyState === open && socket.bufferedAmount > 0) {
        await new Promise((resolve) => setTimeout(resolve, lookMs));
      }
    },
    async receive() {
      const known = arrived.shift();
      if (known) return known;
      const next = ended ? null : await new Promise<Uint8Array | null>((resolve) => waiting.push(resolve));
      if (next) return next;
      throw lost(await closed);
    },
    traffic: () => ({ messages: { ...messages }, wire: { ...wire } }),
    close(code, reason) {
      // A page may close with the normal code or its own, no other.
      const allowed = code === closeCodes.normal || code >= 3000;
      socket.close(allowed ? code : closeCodes.normal, reason?.slice(0, mostReasonBytes));
    },
  };
}
