import { SluiceError } from '../../errors.ts';
import type { Link } from '../../offload/link/link.ts';
import type { Address } from '../../offload/link/relay.ts';
import { startChild, startedInTime } from '../child.ts';
import { errorOf } from '../../failure.ts';
import type { FromLinks, LinksRequest, ToLinks } from './messages.ts';

/** Emulated links to one target, in a process of their own. */
export interface Links {
  readonly pid: number;
  /** Where each source finds the target. */
  readonly addresses: readonly Address[];
  /** Makes all of them another link, with the connections they carry. */
  change(link: Link): void;
  /** How it ended, in words. */
  readonly gone: Promise<string>;
  /** Ends them at once; resolves when they are gone. */
  close(): Promise<void>;
}

/** Starts links that end with this process. Throws `link-died` when it dies as it starts, and `start-timeout`. */
export async function startLinks(request: LinksRequest): Promise<Links> {
  let settle: { resolve: (addresses: readonly Address[]) => void; reject: (error: Error) => void };
  const ready = new Promise<readonly Address[]>((resolve, reject) => (settle = { resolve, reject }));
  const { pid, gone, kill, send } = startChild<ToLinks>(import.meta.url, './process.ts', (message: FromLinks) => {
    if (message.kind === 'ready') settle.resolve(message.addresses);
    else settle.reject(errorOf(message.failure));
  });
  void gone.then((how) =>
    settle.reject(new SluiceError('link-died', `The emulated links died as they started (${how}).`)),
  );
  send(request);
  const close = async (): Promise<void> => {
    kill();
    await gone;
  };
  const inTime = startedInTime({ pid, kill }, ready, 'The process of the emulated links');
  const addresses = await inTime.catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return { pid, gone, addresses, change: (change) => send({ change }), close };
}
