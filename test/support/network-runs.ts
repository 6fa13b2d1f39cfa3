import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { executeHere } from '../../main/processes/run/execute.ts';
import type { NetworkOptions } from '../../main/processes/run/network.ts';
import { loadCheckpoint } from '../../main/runs/checkpoint/checkpoint.ts';
import { pairFolder } from '../../main/runs/checkpoint/pair.ts';
import type { ExperimentInput } from '../../main/runs/experiment/experiment.ts';
import type { PairRecord } from '../../main/records/record.ts';
import type { Run, RunStatus } from '../../main/runs/store/run.ts';
import { readSafetensors } from '../../main/runs/checkpoint/weights-file.ts';
import type { Store } from '../../main/runs/store/store.ts';
import type { StateDict } from '../../main/training/snapshot.ts';
import { experiment, timelessRecord } from './run-records.ts';
import { openTestStore, temporaryFolder } from './run-store.ts';

/** 3 epochs of 6 steps on the smallest network there is. */
export const tinyRun: ExperimentInput = {
  dataset: { trainSamples: 96, testSamples: 20 },
  model: { name: 'cnn', width: 0.125 },
  split: { layer: 3 },
  optimiser: { momentum: 0.9 },
  phases: [
    { budget: 2, epochs: 2 },
    { budget: 'full', epochs: 1 },
  ],
  checkpointSteps: 4,
  threads: 1,
  processes: 'separate',
};

export interface Execution {
  readonly network?: NetworkOptions;
  readonly signal?: AbortSignal;
  /** Told how many steps the run has done. */
  readonly onStep?: (steps: number) => void;
}

export function createRun(store: Store, input: ExperimentInput = {}): Run {
  return store.create(experiment({ ...tinyRun, ...input }), 1);
}

/** Executes a queued run in this process and those it starts. */
export function execute(store: Store, id: string, { network = {}, signal, onStep }: Execution = {}): Promise<Run> {
  return executeHere(store, id, network, {
    ...(signal ? { signal } : {}),
    onEvent: (event) => {
      if (event.kind === 'progress') onStep?.(event.stepsDone);
    },
  });
}

export interface LogLine {
  readonly event: string;
  readonly pid?: number;
  readonly source?: number;
  readonly step?: number;
}

export function logOf(store: Store, id: string): LogLine[] {
  const text = readFileSync(join(store.folder(id), 'log.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as LogLine);
}

export function eventsOf(store: Store, id: string): string[] {
  return logOf(store, id).map(({ event }) => event);
}

/** Kills the process that this event last told of, as the system would. */
export function killLogged(store: Store, id: string, event: string, source?: number): void {
  process.kill(pidLogged(store, id, event, source), 'SIGKILL');
}

/** Lets the process that this event last told of stand still for half a second. */
export function stallLogged(store: Store, id: string, event: string, source?: number): void {
  const pid = pidLogged(store, id, event, source);
  process.kill(pid, 'SIGSTOP');
  setTimeout(() => process.kill(pid, 'SIGCONT'), 500);
}

function pidLogged(store: Store, id: string, event: string, source?: number): number {
  return logOf(store, id).findLast((line) => line.event === event && line.source === source)!.pid!;
}

export interface Outcome {
  readonly status: RunStatus;
  readonly steps: readonly object[];
  readonly epochs: readonly object[];
  readonly pairs: readonly PairRecord[];
  /** The client's and the server's half of each pair. */
  readonly kept: readonly StateDict[];
  /** As the first source's last checkpoint has it. */
  readonly client: object;
}

/** What a run brought about, without what the clock and the socket say: equal for runs that are the same. */
export async function outcome(store: Store, id: string): Promise<Outcome> {
  const pairs = store.pairs(id);
  const kept = pairs.flatMap((pair) =>
    ['client', 'server'].map((half) => tensorsIn(join(pairFolder(store.folder(id), pair), `${half}.safetensors`))),
  );
  const { client } = (await loadCheckpoint(store.folder(id))).get(0)!;
  return {
    status: store.find(id).status,
    steps: store.steps(id).map((step) => ({ ...timelessRecord(step), wireUp: 0, wireDown: 0 })),
    epochs: store.epochs(id).map((epoch) => ({ ...timelessRecord(epoch), wireUp: 0, wireDown: 0 })),
    pairs,
    kept: await Promise.all(kept),
    client,
  };
}

let tiny: Promise<Outcome> | undefined;

/** What the tiny run comes to when nothing happens to it, in one process. */
export function undisturbed(): Promise<Outcome> {
  return (tiny ??= (async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = createRun(store, { processes: 'one' });
    await execute(store, id);
    return outcome(store, id);
  })());
}

async function tensorsIn(path: string): Promise<StateDict> {
  return (await readSafetensors(path)).tensors;
}
