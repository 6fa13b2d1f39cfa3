import { once } from 'node:events';
import { WebSocket } from 'ws';
import { decodeControl, encodeControl, type SessionRequest } from '../../../main/offload/protocol/control.ts';
import { setSequence } from '../../../main/offload/protocol/header.ts';
import type { OffloadServer } from '../../../main/offload/server/server.ts';
import { sessionRequest, token } from './fake-half.ts';

/** A client that knows nothing but frames. */
export async function open(server: OffloadServer) {
  const socket = new WebSocket(server.url);
  const received: Buffer[] = [];
  socket.on('message', (data) => received.push(data as Buffer));
  socket.on('error', () => undefined);
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await once(socket, 'open');

  function send(message: Uint8Array, sequence = 0): void {
    if (sequence > 0) setSequence(message, sequence);
    socket.send(message);
  }

  async function receive(): Promise<Uint8Array> {
    if (received.length === 0) await Promise.race([once(socket, 'message'), closed]);
    const answer = received.shift();
    if (answer) return answer;
    throw new Error('The server closed the connection without a word.');
  }

  return {
    closed,
    socket,
    send,
    receive,
    exchange(message: Uint8Array, sequence = 0): Promise<Uint8Array> {
      send(message, sequence);
      return receive();
    },
  };
}

export const hello = (given = token): Uint8Array => encodeControl('hello', { software: 'test', token: given });

export async function openSession(server: OffloadServer, request: SessionRequest = sessionRequest()) {
  const client = await open(server);
  await client.exchange(hello());
  const ready = decodeControl('ready', await client.exchange(encodeControl('session', request)));
  return { ...client, ready };
}
