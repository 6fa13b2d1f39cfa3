import { SluiceError } from '../../errors.ts';
import { decodeSafetensors, encodeSafetensors } from '../../model/safetensors.ts';
import type { NamedTensor, StateDict } from '../../model/state.ts';
import type { AverageAnswer, AverageRequest } from '../protocol/average.ts';

export interface AveragingOptions {
  /** Sources of a run that are connected, or have yet to be for the first time. */
  readonly awaited: (run: string) => readonly number[];
  /** How long the first source of a round waits for the others at most. */
  readonly seconds: number;
}

/** Averages of the client halves of each run (SplitFed; Thapa et al., 2022). */
export interface Averaging {
  /** Waits for all sources of the run that are there or yet to come, then gives the average over those that came, weighted by samples. */
  join(run: string, source: number, request: AverageRequest): Promise<AverageAnswer>;
  /** A source of the run has gone: the others may have waited for it alone. */
  left(run: string): void;
  /** No source of the run is left. */
  forget(run: string): void;
}

interface Share {
  /** As its source counts them: sources that went back to different checkpoints count apart. */
  readonly round: number;
  readonly samples: number;
  readonly state: StateDict;
}

interface Round {
  readonly shares: Map<number, Share>;
  readonly answer: Promise<AverageAnswer>;
  readonly resolve: (answer: AverageAnswer) => void;
  readonly timer: NodeJS.Timeout;
}

interface RunRounds {
  open: Round | null;
  /** Sources that a round has waited for in vain: the next ones do not until they come. */
  readonly missed: Set<number>;
  /** With the round that it was to each source. */
  last: { readonly answer: AverageAnswer; readonly roundOf: Map<number, number> } | null;
}

export function createAveraging({ awaited, seconds }: AveragingOptions): Averaging {
  const runs = new Map<string, RunRounds>();

  function close(run: string): void {
    const rounds = runs.get(run);
    if (!rounds?.open) return;
    const { open } = rounds;
    clearTimeout(open.timer);
    rounds.open = null;
    const roundOf = new Map([...open.shares].map(([source, { round }]) => [source, round]));
    const state = encodeSafetensors(average(open.shares));
    const answer = { round: Math.max(...roundOf.values()), sources: open.shares.size, state };
    rounds.last = { answer, roundOf };
    open.resolve(answer);
  }

  /** Sources that the open round still lacks. */
  function lacking(run: string): number[] {
    const { open, missed } = runs.get(run)!;
    return awaited(run).filter((source) => !open?.shares.has(source) && !missed.has(source));
  }

  function left(run: string): void {
    if (runs.get(run)?.open && lacking(run).length === 0) close(run);
  }

  function giveUp(run: string): void {
    for (const source of lacking(run)) runs.get(run)?.missed.add(source);
    close(run);
  }

  function openRound(run: string): Round {
    const timer = setTimeout(() => giveUp(run), seconds * 1000);
    let resolve: Round['resolve'] = () => undefined;
    const answer = new Promise<AverageAnswer>((done) => (resolve = done));
    return { shares: new Map(), answer, resolve, timer };
  }

  return {
    left,
    async join(run, source, { round, samples, state: bytes }) {
      const rounds = runs.get(run) ?? { open: null, missed: new Set(), last: null };
      runs.set(run, rounds);
      rounds.missed.delete(source);
      const { last } = rounds;
      if (last && round <= (last.roundOf.get(source) ?? last.answer.round)) {
        // It asks again, or the others did not wait for it any longer: it goes on from what they agreed on.
        last.roundOf.set(source, round);
        return last.answer;
      }
      const state = decodeSafetensors(bytes, 'The state of a client half');
      requireAlike(state, rounds.open);
      rounds.open ??= openRound(run);
      const { open } = rounds;
      open.shares.set(source, { round, samples, state });
      left(run);
      return open.answer;
    },
    forget(run) {
      close(run);
      runs.delete(run);
    },
  };
}

function requireAlike(state: StateDict, open: Round | null): void {
  for (const [name, { data }] of Object.entries(state)) {
    if (data instanceof Float32Array && !data.every(Number.isFinite)) {
      throw new SluiceError(
        'codec-non-finite',
        `Tensor "${name}" of a client half holds a NaN or an infinity: the training has diverged. Lower the learning rate.`,
        { path: name },
      );
    }
  }
  const [first] = open?.shares.values() ?? [];
  if (!first || describe(first.state) === describe(state)) return;
  throw new SluiceError(
    'session-mismatch',
    'The client half has other tensors than those of the other sources of its run. All sources of a run train one model.',
    { path: 'average' },
  );
}

function describe(state: StateDict): string {
  return Object.entries(state)
    .map(([name, { shape }]) => `${name} [${shape.join(', ')}]`)
    .sort()
    .join('; ');
}

/** Summed in the order of the sources, so that the result does not depend on who came first. */
function average(shares: ReadonlyMap<number, Share>): StateDict {
  const ordered = [...shares].sort(([a], [b]) => a - b).map(([, share]) => share);
  const total = ordered.reduce((sum, { samples }) => sum + samples, 0);
  const names = Object.keys(ordered[0].state);
  return Object.fromEntries(
    names.map((name) => [name, averageTensor(ordered.map(({ samples, state }) => [samples / total, state[name]]))]),
  );
}

function averageTensor(parts: readonly (readonly [weight: number, tensor: NamedTensor])[]): NamedTensor {
  const [[, { shape, data }]] = parts;
  const sums = new Float64Array(data.length);
  for (const [weight, tensor] of parts) {
    for (let i = 0; i < sums.length; i++) sums[i] += weight * Number(tensor.data[i]);
  }
  if (data instanceof Float32Array) return { shape, data: Float32Array.from(sums) };
  return { shape, data: BigInt64Array.from(sums, (value) => BigInt(Math.round(value))) };
}
