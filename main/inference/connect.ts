import { dial } from '../offload/client/dial.ts';
import { connectVia, type RemoteOptions } from './connect-via.ts';
import type { Remote } from './remote.ts';

/** Opens a session for each budget. Throws what connectVia throws. */
export function connectRemote(options: RemoteOptions): Promise<Remote> {
  return connectVia(dial, options);
}
