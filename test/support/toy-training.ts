import { setImmediate, setTimeout } from 'node:timers/promises';
import { superviseHere } from '../../main/processes/run/supervise.ts';
import type { Work } from '../../main/processes/source/supervised.ts';
import { performRun, type RunControl } from '../../main/runs/life/perform.ts';
import type { Run } from '../../main/runs/store/run.ts';
import type { Store } from '../../main/runs/store/store.ts';
import type { TrainingRecord } from '../../main/records/record.ts';
import type { Position, Snapshot, StateDict } from '../../main/training/snapshot.ts';
import { fingerprint, epochRecord, pairRecord, stepRecord } from './run-records.ts';

/**
 * A training small enough to see through: 64 weights with momentum, moved by a function of seed and step alone. Like the
 * real one it tells records, makes checkpoints every epoch and every `checkpointSteps`, and goes on from a snapshot.
 */
export interface ToyOptions {
  readonly stepsPerEpoch: number;
  readonly stepMs?: number;
  /** Called before each step; may throw. */
  readonly onStep?: (step: number) => void;
  /** What a checkpoint holds in place of its snapshot. */
  readonly tamper?: (snapshot: Snapshot) => Snapshot;
}

/** The part of a source that trains this. */
function toyWork({ stepsPerEpoch, stepMs = 0, onStep, tamper = (snapshot) => snapshot }: ToyOptions): Work {
  return async ({ experiment: { phases, checkpointSteps }, seed, resume }, supervisor) => {
    const { tell, hear, stop } = supervisor;
    const at = { ...(resume?.position ?? { training: 0, phase: 0, epoch: 0, batch: 0, step: 0 }) };
    const weights = tensorOf(resume?.client.weights) ?? Float32Array.from({ length: 64 }, (_, i) => i / 64);
    const momentum = tensorOf(resume?.client.momentum) ?? new Float32Array(64);
    const record = async (made: TrainingRecord): Promise<void> => {
      tell({ kind: 'record', record: made });
      await setImmediate();
      await supervisor.proceed();
    };
    const checkpoint = async (final = false): Promise<void> => {
      tell({ kind: 'arrived', final });
      await hear('met');
      const snapshot = tamper(snapshotOf(at, weights, momentum));
      tell({ kind: 'checkpoint', checkpoint: { kind: 'checkpoint', final, snapshot } });
      await hear('saved');
    };
    const engine = { name: 'cpu', device: 'toy', detail: 'by hand' };
    tell({ kind: 'ready', engine, stepsPerEpoch, fingerprint: fingerprint() });
    tell({ kind: 'open', engine: null });
    await hear('enter');
    while (at.phase < phases.length) {
      while (at.batch < stepsPerEpoch) {
        onStep?.(at.step);
        if (stepMs > 0) await setTimeout(stepMs);
        move(weights, momentum, seed, at.step);
        const step = stepRecord(at.step, { phase: at.phase, epoch: at.epoch, gates: weights.slice(0, 4) });
        at.batch++;
        at.step++;
        await record(step);
        if (stop.aborted) {
          await checkpoint();
          return;
        }
        if (checkpointSteps && at.step % checkpointSteps === 0) await checkpoint();
      }
      const { phase, epoch } = at;
      await record(epochRecord(epoch, { phase, testAccuracy: weights[0] }));
      const ended = epoch + 1 === phases.slice(0, phase + 1).reduce((sum, { epochs }) => sum + epochs, 0);
      if (ended) await record(pairRecord(phase, { budget: phase + 1 }));
      Object.assign(at, { phase: ended ? phase + 1 : phase, epoch: epoch + 1, batch: 0 });
      await checkpoint(ended);
    }
  };
}

/** Executes a queued run in this process, with this as its training. */
export function executeToy(store: Store, id: string, toy: ToyOptions, control: RunControl = {}): Promise<Run> {
  return performRun(store, id, (session) => superviseHere(session, toyWork(toy)), control);
}

function move(weights: Float32Array, momentum: Float32Array, seed: number, step: number): void {
  for (let i = 0; i < weights.length; i++) {
    momentum[i] = 0.9 * momentum[i] + Math.sin(seed + 0.1 * step + i + weights[i]);
    weights[i] -= 0.01 * momentum[i];
  }
}

function snapshotOf(position: Position, weights: Float32Array, momentum: Float32Array): Snapshot {
  const state = (data: Float32Array): StateDict => ({ 'features.0.weight': { shape: [64], data: data.slice() } });
  const epoch = { epochLoss: 0, epochCorrect: 0, epochSamples: 0, epochSeconds: 0 };
  return {
    position: { ...position },
    totals: { bytesUp: 0, bytesDown: 0, wireUp: 0, wireDown: 0, seconds: 0, ...epoch },
    client: { weights: state(weights), momentum: state(momentum) },
    server: { kind: 'state', state: { weights: {}, momentum: {} } },
  };
}

function tensorOf(state: StateDict | undefined): Float32Array | undefined {
  const data = state?.['features.0.weight']?.data;
  return data instanceof Float32Array ? data.slice() : undefined;
}
