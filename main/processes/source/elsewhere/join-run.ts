import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, SluiceError } from '../../../errors.ts';
import type { Connection } from '../../../offload/transport/connection.ts';
import { dial, mayPass, type ServerAddress } from '../../../offload/client/dial.ts';
import { decodeMessage, encodeMessage } from '../../../wire.ts';
import { startChild } from '../../child.ts';
import type { FromSource, ToSource } from '../messages.ts';

export interface JoinOptions {
  /** Where the run waits for sources. */
  readonly run: ServerAddress;
  /** How long to try to reach it, at first and after a loss. */
  readonly retrySeconds: number;
  readonly signal: AbortSignal;
  /** What happens, in words. */
  readonly onEvent: (text: string) => void;
}

const pauseMs = 1000;

/**
 * Is a data source of a run on another machine, until the run is over: with data sets and processor of this one. After
 * a loss it joins again, and goes on from the run's last checkpoint. Throws what cannot be got past.
 */
export async function joinRun(options: JoinOptions): Promise<void> {
  const { run, retrySeconds, signal, onEvent } = options;
  let end = performance.now() + retrySeconds * 1000;
  while (!signal.aborted) {
    try {
      const { connection } = await dial(run, 'sluice');
      onEvent(`Joined the run at ${run.url}.`);
      const over = await takePart(connection, options);
      if (over) return;
      onEvent('The run cannot be reached any more.');
      end = performance.now() + retrySeconds * 1000;
    } catch (error) {
      if (!mayPass(error) || performance.now() > end) throw error;
      onEvent(messageOf(error));
    }
    await sleep(pauseMs);
  }
}

/** Passes messages between the run and a source's process here. Resolves to whether that is over for good. */
async function takePart(connection: Connection, { signal, onEvent }: JoinOptions): Promise<boolean> {
  let over = false;
  const child = startChild<ToSource>(import.meta.url, '../process.ts', (message: FromSource) => {
    over ||= message.kind === 'ended' || (message.kind === 'failed' && message.failure.code !== 'session-lost');
    if (message.kind === 'record' && message.record.kind === 'epoch') {
      const { epoch, testAccuracy } = message.record;
      onEvent(`Epoch ${epoch + 1}: accuracy ${(testAccuracy * 100).toFixed(1)} %`);
    }
    if (message.kind === 'failed') onEvent(message.failure.message);
    connection.send(encodeMessage(message));
  });
  const leave = (): void => connection.close(1000, 'the source was stopped');
  signal.addEventListener('abort', leave, { once: true });
  void child.gone.then(() => connection.close(1000, 'the source has ended'));
  try {
    for (;;) child.send(decodeMessage(await connection.receive()) as ToSource);
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    child.kill();
    await child.gone;
    return over || signal.aborted;
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
