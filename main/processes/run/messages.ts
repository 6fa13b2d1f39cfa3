import type { Failure } from '../../failure.ts';
import type { RunEvent } from '../../runs/life/execution.ts';
import type { RunStatus } from '../../runs/store/run.ts';
import type { NetworkOptions } from './network.ts';

/** The first message to a run's process: which queued run to execute. Another one asks it to stop with a checkpoint. */
export type ToRun =
  | {
      readonly kind: 'execute';
      readonly home: string;
      readonly id: string;
      readonly network: Omit<NetworkOptions, 'join'>;
      /** It goes on when its parent is gone; the store is then the only way to it. */
      readonly outlives?: boolean;
    }
  | { readonly kind: 'stop' };

/** `ended` and `failed` are the last message. */
export type FromRun =
  | { readonly kind: 'event'; readonly event: RunEvent }
  | { readonly kind: 'ended'; readonly status: RunStatus }
  | { readonly kind: 'failed'; readonly failure: Failure };
