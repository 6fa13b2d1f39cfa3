import { startThread } from '../../entry.ts';
import type { Drawn } from '../../model/layers/drawn.ts';
import type { SessionRequest } from '../../offload/protocol/control.ts';

/** The initial weights of the server half that a session asks for, drawn on a thread of their own. */
export function drawElsewhere(request: SessionRequest): Promise<Drawn> {
  const thread = startThread(import.meta.url, './drawing-worker.ts', request);
  return new Promise((resolve, reject) => {
    thread.once('message', (weights: Drawn) => resolve(weights));
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error('The thread that draws weights ended.')));
  });
}
