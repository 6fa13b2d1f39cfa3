import { messageOf, SluiceError } from '../../../errors.ts';
import type { Connection } from '../../../offload/transport/connection.ts';
import { mayPass, throwIfError, type Dial, type ServerAddress } from '../../../offload/client/greeting.ts';
import { hasHeader } from '../../../offload/protocol/header.ts';
import { errorOf, type Failure } from '../../../failure.ts';
import { sleep } from '../../../pause.ts';
import { decodeMessage, encodeMessage } from '../../../wire.ts';
import type { Child } from '../../child.ts';
import type { FromSource, SentData, ToSource, WantsData } from '../messages.ts';

export interface JoinOptions {
  /** Where the run waits for sources. */
  readonly run: ServerAddress;
  /** How long to try to reach it, at first and after a loss. */
  readonly retrySeconds: number;
  readonly signal: AbortSignal;
  /** What happens, in words. */
  readonly onEvent: (text: string) => void;
  /** How this source names itself to the run, and connects to it. */
  readonly software: string;
  readonly dial: Dial;
  /** Starts the source itself, which says what it has to say to the listener. */
  readonly start: (onMessage: (message: FromJoined) => void) => Child<ToJoined>;
}

export type FromJoined = FromSource | WantsData;
export type ToJoined = ToSource | SentData;

const pauseMs = 1000;

/**
 * Is a data source of a run elsewhere, until the run is over: with the processor of this machine or browser. After
 * a loss it joins again, and goes on from the run's last checkpoint. Throws what cannot be got past, such as the reason
 * for which the run turns it away.
 */
export async function joinAs(options: JoinOptions): Promise<void> {
  const { run, signal, onEvent } = options;
  for (;;) {
    const connection = await reach(options);
    if (!connection) return;
    onEvent(`Joined the run at ${run.url}.`);
    if (await takePart(connection, options)) return;
    onEvent('The run cannot be reached any more.');
    if (!signal.aborted) await sleep(pauseMs);
  }
}

/** Null when the source was stopped before it came to the run. */
async function reach({ run, retrySeconds, signal, onEvent, software, dial }: JoinOptions): Promise<Connection | null> {
  const end = performance.now() + retrySeconds * 1000;
  while (!signal.aborted) {
    try {
      return (await dial(run, software)).connection;
    } catch (error) {
      if (!mayPass(error) || performance.now() > end) throw error;
      onEvent(messageOf(error));
    }
    await sleep(pauseMs);
  }
  return null;
}

/** Passes messages between the run and the source here. Resolves to whether that is over for good. */
async function takePart(connection: Connection, { signal, onEvent, start }: JoinOptions): Promise<boolean> {
  let over = false;
  let failure: Failure | null = null;
  const child = start((message) => {
    if (message.kind === 'ended') over = true;
    if (message.kind === 'failed') failure = message.failure;
    if (message.kind === 'record' && message.record.kind === 'epoch') {
      const { epoch, testAccuracy } = message.record;
      onEvent(`Epoch ${epoch + 1}: accuracy ${(testAccuracy * 100).toFixed(1)} %`);
    }
    connection.send(encodeMessage(message));
  });
  const leave = (): void => connection.close(1000, 'the source was stopped');
  signal.addEventListener('abort', leave, { once: true });
  void child.gone.then(() => connection.close(1000, 'the source has ended'));
  try {
    for (;;) child.send(fromRun(await connection.receive()));
  } catch (error) {
    if (!isLoss(error)) throw error;
    return over || signal.aborted || isOver(failure, onEvent);
  } finally {
    signal.removeEventListener('abort', leave);
    child.kill();
    await child.gone;
  }
}

/** A message for the source. Throws why the run turns it away, which comes as a message of the protocol. */
function fromRun(message: Uint8Array): ToJoined {
  if (hasHeader(message)) throwIfError(message);
  return decodeMessage(message) as ToJoined;
}

/** False where the source may come back: nothing failed, or the server alone had forgotten it. Throws all else. */
function isOver(failure: Failure | null, onEvent: JoinOptions['onEvent']): boolean {
  if (failure && failure.code !== 'session-lost') throw errorOf(failure);
  if (failure) onEvent(failure.message);
  return false;
}

function isLoss(error: unknown): boolean {
  return error instanceof SluiceError && (error.code === 'connection-lost' || error.code === 'connection-ended');
}
