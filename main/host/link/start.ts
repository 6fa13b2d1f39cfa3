import { SluiceError } from '../../errors.ts';
import type { Address } from '../../offload/relay.ts';
import { startChild } from '../child.ts';
import { errorOf } from '../failure.ts';
import type { FromLinks, LinksRequest, ToLinks } from './messages.ts';

type Bytes = Extract<FromLinks, { kind: 'bytes' }>['bytes'];

/** Emulated links to one target, in a process of their own. */
export interface Links {
  readonly pid: number;
  /** Where each source finds the target. */
  readonly addresses: readonly Address[];
  /** Breaks the connections of one link, as a network that fails. */
  cut(index: number): void;
  /** TCP payload of each link so far. */
  bytes(): Promise<Bytes>;
  readonly gone: Promise<string>;
  kill(): void;
}

/** Starts links that end with this process. */
export async function startLinks(request: LinksRequest): Promise<Links> {
  let settle: { resolve: (addresses: readonly Address[]) => void; reject: (error: Error) => void };
  const ready = new Promise<readonly Address[]>((resolve, reject) => (settle = { resolve, reject }));
  const asking: ((bytes: Bytes) => void)[] = [];
  const child = startChild<ToLinks, FromLinks>(import.meta.url, './process.ts', (message) => {
    if (message.kind === 'ready') settle.resolve(message.addresses);
    else if (message.kind === 'failed') settle.reject(errorOf(message.failure));
    else asking.shift()?.(message.bytes);
  });
  void child.gone.then((how) => settle.reject(new SluiceError('link-died', `The emulated link died (${how}).`)));
  child.send({ kind: 'open', request });
  const addresses = await ready;
  return {
    addresses,
    pid: child.pid,
    gone: child.gone,
    kill: child.kill,
    cut: (index) => child.send({ kind: 'cut', index }),
    bytes: () =>
      new Promise((resolve) => {
        asking.push(resolve);
        child.send({ kind: 'count' });
      }),
  };
}
