import { SluiceError } from '../../errors.ts';
import type { Address } from '../../offload/link/relay.ts';
import { startChild } from '../child.ts';
import { errorOf } from '../../failure.ts';
import type { FromLinks, LinksRequest } from './messages.ts';

/** Emulated links to one target, in a process of their own. */
export interface Links {
  readonly pid: number;
  /** Where each source finds the target. */
  readonly addresses: readonly Address[];
  readonly gone: Promise<string>;
  kill(): void;
}

/** Starts links that end with this process. */
export async function startLinks(request: LinksRequest): Promise<Links> {
  let settle: { resolve: (addresses: readonly Address[]) => void; reject: (error: Error) => void };
  const ready = new Promise<readonly Address[]>((resolve, reject) => (settle = { resolve, reject }));
  const { pid, gone, kill, send } = startChild<LinksRequest>(import.meta.url, './process.ts', (message: FromLinks) => {
    if (message.kind === 'ready') settle.resolve(message.addresses);
    else settle.reject(errorOf(message.failure));
  });
  void gone.then((how) => settle.reject(new SluiceError('link-died', `The emulated link died (${how}).`)));
  send(request);
  return { pid, gone, kill, addresses: await ready };
}
