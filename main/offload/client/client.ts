import { dial } from './dial.ts';
import { openSession, type OffloadClient, type OffloadClientOptions } from './open-session.ts';

export type { ClientEvent, OffloadClient, OffloadClientOptions } from './open-session.ts';

/** Opens a session with a server over TCP, and TLS where it has it. */
export function connectOffload(options: OffloadClientOptions): Promise<OffloadClient> {
  return openSession(options, dial);
}
