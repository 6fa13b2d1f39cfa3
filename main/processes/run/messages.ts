import type { NetworkOptions } from './network.ts';

/** The only message to a run's process: which queued run to execute. All that comes of it is in the store. */
export interface ToRun {
  readonly home: string;
  readonly id: string;
  readonly network: Omit<NetworkOptions, 'join'>;
}
