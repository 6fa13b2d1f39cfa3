import { networkSpec } from '../model/zoo.ts';
import type { EngineChoice } from '../engine/choices.ts';
import type { ModuleSpec, Shape } from '../model/spec.ts';
import { keyOf as codecKey, type CodecChoice } from '../offload/codecs/table.ts';
import type { WireTimes } from './costs.ts';
import { keyOf } from './pieces.ts';
import { readTimes, type KnownTimes, type TimedMachine } from './times-file.ts';
import { piecesAt, possibleCuts, type BatchTimes } from './times.ts';

/** What is to be timed: a network with a module at any of its cuts, in batches of one size and one by one. */
export interface TimesRequest {
  readonly model: { readonly name: string; readonly width: number; readonly input: Shape; readonly classes: number };
  readonly module: ModuleSpec | null;
  readonly batchSize: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly codecs: readonly CodecChoice[];
  readonly engine: EngineChoice;
  /** As the engine has them unless given. */
  readonly threads?: number | undefined;
}

/** What one machine takes for it. */
export interface MachineTimes {
  readonly machine: TimedMachine;
  readonly busyCores: number;
  readonly batch: BatchTimes;
  readonly one: BatchTimes;
  readonly wire: WireTimes;
}

/** What the home knows of a machine, in full, or null where a part was never timed. No engine is needed for that. */
export function knownTimes(home: string, machine: TimedMachine, request: TimesRequest): MachineTimes | null {
  const known = readTimes(home, machine);
  return isComplete(known, request) ? timesOf(known, request) : null;
}

function isComplete(known: KnownTimes, request: TimesRequest): boolean {
  const { model, module, momentum, codecs } = request;
  if (codecs.some((codec) => !(codecKey(codec) in known.wire))) return false;
  const network = networkSpec(model.name, model);
  const keys = piecesAt(network, possibleCuts(network, module)).map(keyOf);
  return batchesOf(request).every((batch) => {
    const table = known.tables[tableKey(batch, momentum)] ?? {};
    return beyondKey(batch, request) in known.beyond && keys.every((key) => key in table);
  });
}

/** The times of a request, of which all are known. */
export function timesOf({ machine, busyCores, tables, beyond, wire }: KnownTimes, request: TimesRequest): MachineTimes {
  const { batchSize, momentum } = request;
  const at = (batch: number): BatchTimes => ({
    pieces: tables[tableKey(batch, momentum)],
    beyond: beyond[beyondKey(batch, request)],
  });
  const more = at(batchSize).beyond.wire;
  return {
    machine,
    busyCores,
    // A message between halves that compute is slower, whatever its codec.
    wire: Object.fromEntries(
      Object.entries(wire).map(([codec, { message, value }]) => [
        codec,
        { message: message + more.message, value: value + more.value },
      ]),
    ),
    batch: at(batchSize),
    one: at(1),
  };
}

/** Samples of the batches that are timed. */
export function batchesOf({ batchSize }: Pick<TimesRequest, 'batchSize'>): number[] {
  return [...new Set([batchSize, 1])];
}

/** What is beyond the pieces of a network is kept under. */
export function beyondKey(batch: number, { model, module, momentum }: TimesRequest): string {
  const { name, width, input, classes } = model;
  return `${tableKey(batch, momentum)} ${JSON.stringify([name, width, input, classes, module])}`;
}

/** What a table of times is kept under. */
export function tableKey(batch: number, momentum: number): string {
  return `${batch} ${momentum > 0 ? 'with' : 'without'} momentum`;
}
