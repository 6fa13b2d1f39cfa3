import { openEngine } from '../engine/engine.ts';
import { networkSpec } from '../model/zoo.ts';
import type { ServerAddress } from '../offload/client/dial.ts';
import { keyOf as codecKey } from '../offload/codecs/table.ts';
import { version } from '../version.ts';
import {
  batchesOf,
  beyondKey,
  knownTimes,
  tableKey,
  timesOf,
  type MachineTimes,
  type TimesRequest,
} from './known-times.ts';
import { handedOver, timeHalves } from './time-halves.ts';
import { timePieces } from './time-pieces.ts';
import { readTimes, writeTimes, type KnownTimes, type TimedMachine } from './times-file.ts';
import { beyondPieces, middleCut, type TimeTable } from './times.ts';
import { timeWire } from './wire-times.ts';

/** An offload server of this machine in a process of its own, as a run has one. */
export interface ServerBeside extends ServerAddress {
  close(): Promise<void>;
}

export interface MeasureOptions {
  /** Starts one on the same engine; never called where all times are known. */
  readonly startServer: (request: Pick<TimesRequest, 'engine' | 'threads'>) => Promise<ServerBeside>;
  /** Called with how many pieces are timed; never where all are known. */
  readonly onPiece?: (done: number, total: number) => void;
  /** How often each piece is timed, after passes that warm up. */
  readonly passes?: number;
}

/** Opens an engine in this process and says what times are taken on with it. Throws `engine-unavailable`. */
export async function openTimed({ engine, threads }: Pick<TimesRequest, 'engine' | 'threads'>): Promise<TimedMachine> {
  const { name, device, detail } = await openEngine(engine, threads === undefined ? {} : { threads });
  return { sluice: version(), node: process.version, engine: name, device, detail };
}

/**
 * The times of a network on this machine, from its home where they were taken before, else taken now and kept there. It opens the
 * engine in this process. Throws `engine-unavailable`.
 */
export async function machineTimes(
  home: string,
  request: TimesRequest,
  options: MeasureOptions,
): Promise<MachineTimes> {
  const machine = await openTimed(request);
  const before = knownTimes(home, machine, request);
  if (before) return before;
  const times = await measure(readTimes(home, machine), request, options);
  writeTimes(home, times);
  return timesOf(times, request);
}

async function measure(
  known: KnownTimes,
  request: TimesRequest,
  { startServer, onPiece, passes = 9 }: MeasureOptions,
): Promise<KnownTimes> {
  const { model, module, momentum, weightDecay, codecs } = request;
  const network = networkSpec(model.name, model);
  const tables: Record<string, TimeTable> = { ...known.tables };
  const sizes = batchesOf(request);
  const optimiser = { momentum, weightDecay };
  let { busyCores } = known;
  for (const [i, batch] of sizes.entries()) {
    const key = tableKey(batch, momentum);
    const before = tables[key] ?? {};
    const start = { wall: performance.now(), processor: process.cpuUsage() };
    const taken = await timePieces(network, module, {
      batch,
      optimiser,
      known: before,
      passes,
      onPiece: (done, total) => onPiece?.(i * total + done, sizes.length * total),
    });
    if (i === 0 && Object.keys(taken).length > 0) busyCores = coresSince(start);
    tables[key] = { ...before, ...taken };
  }
  const missing = [handedOver, ...codecs].filter((codec) => !(codecKey(codec) in known.wire));
  const wire = { ...known.wire, ...(await timeWire(missing)) };
  const beyond = { ...known.beyond };
  const cut = middleCut(network, module);
  const server = await startServer(request);
  try {
    for (const batch of sizes) {
      const whole = await timeHalves(server, request, cut, { batch, passes });
      const pieces = tables[tableKey(batch, momentum)];
      beyond[beyondKey(batch, request)] = beyondPieces(network, cut, pieces, whole, wire[codecKey(handedOver)]);
    }
  } finally {
    await server.close();
  }
  return { ...known, busyCores, tables: tables as KnownTimes['tables'], beyond, wire };
}

function coresSince({ wall, processor }: { wall: number; processor: NodeJS.CpuUsage }): number {
  const { user, system } = process.cpuUsage(processor);
  return Math.max(1, (user + system) / 1000 / (performance.now() - wall));
}
