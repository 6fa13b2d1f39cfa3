import type { ClientHalf } from './client.ts';
import type { OwnCodecs } from './controller.ts';
import type { Offloader } from './offloader.ts';
import type { Budget } from '../records/column.ts';

/** One split network: the client half, and the server half behind its Offloader. */
export interface SplitNetwork {
  readonly client: ClientHalf;
  readonly server: Offloader;
  /** Bytes one sample sends in inference under a budget. */
  inferenceBytes(budget: Budget, own?: OwnCodecs): number;
  dispose(): Promise<void>;
}
