import type { FromSource, SourceTask, ToSource } from './messages.ts';
import type { ClientEvent } from '../../offload/client/client.ts';

/** The run, as its data source sees it. */
export interface Supervisor {
  tell(message: FromSource): void;
  /** The next message of this kind. */
  hear<Kind extends ToSource['kind']>(kind: Kind): Promise<Extract<ToSource, { kind: Kind }>>;
  /** Resolves at once unless the run is paused. */
  proceed(): Promise<void>;
  /** Aborted when the run stops: after a last checkpoint, and at once where even that is not possible. */
  readonly stop: AbortSignal;
  readonly giveUp: AbortSignal;
  /** Whether the server can be reached. */
  link(event: ClientEvent): void;
}

/** Does the part of a data source in a run. */
export type Work = (task: SourceTask, supervisor: Supervisor) => Promise<void>;

export interface SourceChannel {
  readonly tell: (message: FromSource) => void;
  /** Called last and once, with what made it fail if it did. */
  readonly end: (failed: { readonly error: unknown } | null) => void;
}

/** A data source at its end of the messages, wherever it runs. */
export interface Source {
  receive(message: ToSource): void;
  /** Lets it end without a checkpoint, as soon as it can. */
  abandon(): void;
}

/** Does the one task of a data source as its run directs. It keeps nothing of its own. */
export function openSource(work: Work, { tell, end }: SourceChannel): Source {
  const waiting = new Map<ToSource['kind'], ((message: ToSource) => void)[]>();
  const stop = new AbortController();
  const giveUp = new AbortController();
  let paused: Promise<unknown> | null = null;
  let reachable = true;

  const supervisor: Supervisor = {
    tell,
    hear: (kind) => hear(kind) as Promise<Extract<ToSource, { kind: typeof kind }>>,
    async proceed() {
      if (!stop.signal.aborted) await paused;
    },
    stop: stop.signal,
    giveUp: giveUp.signal,
    link({ kind, message }) {
      reachable = kind === 'reconnected';
      tell({ kind: 'link', event: kind, message });
      giveUpWhenStuck();
    },
  };

  /** The next message of a kind. Rejects once the source gives up. */
  function hear(kind: ToSource['kind']): Promise<ToSource> {
    return new Promise((resolve, reject) => {
      giveUp.signal.throwIfAborted();
      const leave = (): void => reject(giveUp.signal.reason as Error);
      giveUp.signal.addEventListener('abort', leave, { once: true });
      const take = (message: ToSource): void => {
        giveUp.signal.removeEventListener('abort', leave);
        resolve(message);
      };
      waiting.set(kind, [...(waiting.get(kind) ?? []), take]);
    });
  }

  function emit(message: ToSource): void {
    const listeners = waiting.get(message.kind) ?? [];
    waiting.delete(message.kind);
    for (const listener of listeners) listener(message);
  }

  /** Without a server there is nothing to save. */
  function giveUpWhenStuck(): void {
    if (stop.signal.aborted && !reachable) giveUp.abort();
  }

  function endWork(): void {
    stop.abort();
    emit({ kind: 'proceed' });
  }

  async function perform(task: SourceTask): Promise<void> {
    try {
      await work(task, supervisor);
      end(null);
    } catch (error) {
      end(giveUp.signal.aborted ? null : { error });
    }
  }

  return {
    receive(message) {
      if (message.kind === 'task') void perform(message.task);
      else if (message.kind === 'pause') paused = hear('proceed').catch(() => undefined);
      else if (message.kind === 'stop') {
        endWork();
        giveUpWhenStuck();
      } else emit(message);
    },
    abandon() {
      endWork();
      giveUp.abort();
    },
  };
}
