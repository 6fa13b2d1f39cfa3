import { openEngine } from '../engine/engine.ts';
import type { EngineChoice } from '../engine/choices.ts';
import { networkSpec } from '../model/zoo.ts';
import type { ModuleSpec, Shape } from '../model/spec.ts';
import { keyOf as codecKey, type CodecChoice } from '../offload/codecs/table.ts';
import { version } from '../version.ts';
import type { WireTimes } from './costs.ts';
import { keyOf } from './pieces.ts';
import { timePieces } from './time-pieces.ts';
import { readTimes, writeTimes, type KnownTimes, type TimedMachine } from './times-file.ts';
import { piecesAt, possibleCuts, type TimeTable } from './times.ts';
import { timeWire } from './wire-times.ts';

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
  readonly batch: TimeTable;
  readonly one: TimeTable;
  readonly wire: WireTimes;
}

export interface MeasureOptions {
  /** Where times are kept. */
  readonly home: string;
  /** Called with how many pieces are timed; never where all are known. */
  readonly onProgress?: (done: number, total: number) => void;
  /** False: what was never timed is not timed now. */
  readonly measures?: boolean;
}

/**
 * The times of a network on this machine, from its home where they were taken before, else taken now and kept there. It opens the
 * engine in this process. Null where they would have to be taken and are not to be. Throws `engine-unavailable`.
 */
export async function machineTimes(request: TimesRequest, options: MeasureOptions): Promise<MachineTimes | null> {
  const { home, onProgress, measures = true } = options;
  const { engine: choice, threads } = request;
  const engine = await openEngine(choice, threads === undefined ? {} : { threads });
  const machine: TimedMachine = {
    sluice: version(),
    node: process.version,
    engine: engine.name,
    device: engine.device,
    detail: engine.detail,
  };
  const known = readTimes(home, machine);
  if (isComplete(known, request)) return timesOf(known, request);
  if (!measures) return null;
  const times = await measure(known, request, onProgress);
  writeTimes(home, times);
  return timesOf(times, request);
}

async function measure(
  known: KnownTimes,
  request: TimesRequest,
  onProgress: MeasureOptions['onProgress'],
): Promise<KnownTimes> {
  const { model, module, momentum, weightDecay, codecs } = request;
  const network = networkSpec(model.name, model);
  const tables: Record<string, TimeTable> = { ...known.tables };
  const sizes = sizesOf(request);
  let { busyCores } = known;
  for (const [i, batch] of sizes.entries()) {
    const key = tableKey(batch, momentum);
    const before = tables[key] ?? {};
    const start = { wall: performance.now(), processor: process.cpuUsage() };
    const taken = await timePieces(network, module, {
      batch,
      optimiser: { momentum, weightDecay },
      known: before,
      onPiece: (done, total) => onProgress?.(i * total + done, sizes.length * total),
    });
    if (i === 0 && Object.keys(taken).length > 0) busyCores = busy(start);
    tables[key] = { ...before, ...taken };
  }
  const wire = await timeWire(codecs.filter((codec) => !(codecKey(codec) in known.wire)));
  return { ...known, busyCores, tables: tables as KnownTimes['tables'], wire: { ...known.wire, ...wire } };
}

function busy({ wall, processor }: { wall: number; processor: NodeJS.CpuUsage }): number {
  const { user, system } = process.cpuUsage(processor);
  return Math.max(1, (user + system) / 1000 / (performance.now() - wall));
}

function isComplete(known: KnownTimes, request: TimesRequest): boolean {
  const { model, module, momentum, codecs } = request;
  if (codecs.some((codec) => !(codecKey(codec) in known.wire))) return false;
  const network = networkSpec(model.name, model);
  const keys = piecesAt(network, possibleCuts(network, module)).map(keyOf);
  return sizesOf(request).every((batch) => {
    const table = known.tables[tableKey(batch, momentum)] ?? {};
    return keys.every((key) => key in table);
  });
}

function timesOf({ machine, busyCores, tables, wire }: KnownTimes, request: TimesRequest): MachineTimes {
  const { batchSize, momentum } = request;
  return {
    machine,
    busyCores,
    wire,
    batch: tables[tableKey(batchSize, momentum)],
    one: tables[tableKey(1, momentum)],
  };
}

function sizesOf({ batchSize }: TimesRequest): number[] {
  return [...new Set([batchSize, 1])];
}

function tableKey(batch: number, momentum: number): string {
  return `${batch} ${momentum > 0 ? 'with' : 'without'} momentum`;
}
