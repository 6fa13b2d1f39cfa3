import { decodeControl, type Control } from '../protocol/control.ts';
import { readHeader } from '../protocol/header.ts';
import type { Connection } from '../transport/connection.ts';
import type { Session } from './session.ts';

export interface AnsweringOptions {
  /** How many requests a client may send before their answers. */
  readonly inFlight: number;
  /** Of one message: requests that wait for their answers are together not much larger. */
  readonly messageBytes: number;
  /** A request could not be done. */
  readonly onFailed: (error: Control<'error'>) => void;
}

/** Answers that a client does not read pile up here no further. */
const mostUnsentBytes = 1024 ** 2;

/**
 * Takes a client's requests as they come and sends each answer when it is there. Resolves with the client's bye, and
 * throws what ends the connection: for a request that is none, when those before it are answered.
 */
export async function answerRequests(
  connection: Connection,
  session: Session,
  { inFlight, messageBytes, onFailed }: AnsweringOptions,
): Promise<Control<'bye'>> {
  const open = new Set<Promise<void>>();
  let asked = 0;
  let unsent = 0;

  async function send(request: Uint8Array, answer: Promise<Uint8Array>): Promise<void> {
    asked += request.length;
    const bytes = await answer;
    asked -= request.length;
    if (readHeader(bytes).type === 'error') onFailed(decodeControl('error', bytes));
    unsent += bytes.length;
    connection.send(bytes);
    await connection.flushed();
    unsent -= bytes.length;
  }

  function take(message: Uint8Array): void {
    const sending = send(message, session.take(message)).finally(() => open.delete(sending));
    open.add(sending);
  }

  try {
    for (;;) {
      while (open.size >= inFlight || asked >= messageBytes || unsent >= mostUnsentBytes) await Promise.race(open);
      const message = await connection.receive();
      if (readHeader(message).type === 'bye') return decodeControl('bye', message);
      take(message);
    }
  } finally {
    await Promise.all(open);
  }
}
