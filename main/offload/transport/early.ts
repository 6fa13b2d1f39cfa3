import type { Duplex } from 'node:stream';

/** Before its first message a client may send this much: an upgrade request and a `hello`. */
const earlyBytes = 128 * 1024;

/** Cuts a client that sends much before it has said who it is. */
export function limitUntilFirstMessage(socket: Duplex, onFirstMessage: (done: () => void) => void): void {
  let bytes = 0;
  const count = (data: Buffer): void => {
    bytes += data.length;
    if (bytes > earlyBytes) socket.destroy();
  };
  socket.on('data', count);
  onFirstMessage(() => socket.off('data', count));
}
