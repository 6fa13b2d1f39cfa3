import { sha256 as digest } from '../../digest.ts';
import { SluiceError } from '../../errors.ts';
import { decodeAveraged, encodeAverage, type AverageAnswer, type AverageRequest } from '../protocol/average.ts';
import type { StateDict } from '../../model/state.ts';
import type { OffloadClient } from './client.ts';
import { decodeControl, encodeControl, type Control, type TakenStep } from '../protocol/control.ts';
import { decodeCodecState, encodeCodecState } from '../protocol/codec-state.ts';
import { decodeState, encodeState, stateHeader, statePartBytes } from '../protocol/state-part.ts';

type Requests = Pick<OffloadClient, 'request'>;

/** A state that the server keeps on its own disk. */
export interface KeptState {
  readonly name: string;
  readonly sha256: string;
}

/** A state just kept of a half that several sources train. */
interface KeptNow extends KeptState {
  /** Up to which step the half had taken each source then; null for one that it took none of. */
  readonly taken: readonly (number | null)[];
}

/** Name of a state that is only on its way. */
const passing = 'passing';

/** Has the server keep the state of its half under a name. */
export async function keepState(client: Requests, name: string): Promise<KeptNow> {
  const done = decodeControl('done', await client.request(encodeControl('checkpoint', { action: 'save', name })));
  return { name, sha256: requireDigest(done.sha256), taken: done.taken ?? [] };
}

/**
 * Puts the server half back into a state it keeps. Throws `checkpoint-unknown` or `checkpoint-damaged`, and
 * `session-lost` where the server still takes other sources to train the half, which then stays as it is.
 */
export async function restoreState(client: Requests, { name, sha256 }: KeptState): Promise<void> {
  const done = await client.request(encodeControl('checkpoint', { action: 'restore', name, sha256 }));
  if (decodeControl('done', done).restored !== false) return;
  throw stillTrained();
}

/**
 * The name of a server half, which no other has. Throws `session-lost` where sources are to begin with it and it has learned
 * something already: it is not theirs.
 */
export async function nameOfHalf(client: Requests, source: number, { begins }: { begins: boolean }): Promise<string> {
  const { half, total } = await askForSteps(client, source, 0);
  if (begins && total > 0) throw stillTrained();
  return half;
}

/**
 * What the server half has learned from a source from a step on, and before another. Throws `session-lost` where the
 * server does not know all of it any more.
 */
export async function stepsTaken(
  client: Requests,
  { source, from, before = Infinity }: { readonly source: number; readonly from: number; readonly before?: number },
): Promise<TakenStep[]> {
  const all: TakenStep[] = [];
  for (let next = from; next < before; next = from + all.length) {
    const { steps } = await askForSteps(client, source, next);
    if (steps.length === 0 && before === Infinity) break;
    if (steps.length === 0 || steps.some(({ step }, i) => step !== next + i)) throw stepsUnknown(source, next);
    all.push(...steps);
  }
  return all.filter(({ step }) => step < before);
}

async function askForSteps(client: Requests, source: number, from: number): Promise<Control<'taken'>> {
  return decodeControl('taken', await client.request(encodeControl('steps', { source, from })));
}

/** Forgets the velocities of the server half: before a phase of a training once, however many sources ask. */
export async function resetServerOptimiser(client: Requests, phase?: Control<'reset'>['phase']): Promise<void> {
  await client.request(encodeControl('reset', phase ? { phase } : {}));
}

/**
 * The whole state of the server half, a safetensors file (decodeHalfState): as it is, or as it was kept, which the server
 * then forgets.
 */
export async function fetchState(client: Requests, kept?: KeptState): Promise<Uint8Array> {
  const { name, sha256 } = kept ?? (await keepState(client, passing));
  let bytes: Uint8Array | null = null;
  for (let offset = 0; bytes === null || offset < bytes.length;) {
    const message = encodeControl('checkpoint', { action: 'fetch', name, offset });
    const part = decodeState(await client.request(message));
    bytes ??= new Uint8Array(part.total);
    if (part.offset !== offset || part.total !== bytes.length || part.bytes.length === 0) throw damaged();
    bytes.set(part.bytes, offset);
    offset += part.bytes.length;
  }
  await client.request(encodeControl('checkpoint', { action: 'drop', name }));
  if ((await digest(bytes)) !== sha256) throw damaged();
  return bytes;
}

/** Puts the server half into a state of the client's (encodeHalfState). */
export async function writeState(
  client: Pick<OffloadClient, 'request' | 'messageBytes'>,
  bytes: Uint8Array,
): Promise<void> {
  const partBytes = Math.min(statePartBytes, client.messageBytes - stateHeader);
  await client.request(encodeControl('checkpoint', { action: 'put', name: passing, bytes: bytes.length }));
  for (let offset = 0; offset < bytes.length; offset += partBytes) {
    const part = bytes.subarray(offset, offset + partBytes);
    await client.request(encodeState({ offset, total: bytes.length, bytes: part }));
  }
  await restoreState(client, { name: passing, sha256: await digest(bytes) });
  await client.request(encodeControl('checkpoint', { action: 'drop', name: passing }));
}

/** What the codecs at the server's end of this session remember. */
export async function readServerCodecs(client: Requests): Promise<StateDict> {
  return decodeCodecState(await client.request(encodeCodecState(null))) ?? {};
}

/** Puts that back. Throws `codec-state` when it does not fit. */
export async function writeServerCodecs(client: Requests, state: StateDict): Promise<void> {
  await client.request(encodeCodecState(state));
}

/** Averages the client half with those of the run's other sources; waits for them (SplitFed). */
export async function averageState(client: Requests, request: AverageRequest): Promise<AverageAnswer> {
  return decodeAveraged(await client.request(encodeAverage(request)));
}

function requireDigest(sha256: string | undefined): string {
  if (sha256 !== undefined) return sha256;
  throw new SluiceError('message-malformed', 'The offload server kept a state without naming its SHA-256.');
}

function stillTrained(): SluiceError {
  return new SluiceError(
    'session-lost',
    'Other sources of the run still train the server half, as far as the offload server knows. Resume from a checkpoint.',
  );
}

function stepsUnknown(source: number, step: number): SluiceError {
  return new SluiceError(
    'session-lost',
    `The offload server does not know any more what it learned from source ${source + 1} in step ${step}. Resume from a checkpoint.`,
  );
}

function damaged(): SluiceError {
  return new SluiceError('checkpoint-damaged', 'The state of the server half did not arrive as it was sent.');
}
