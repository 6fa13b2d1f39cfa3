import { executeHere } from '../../main/processes/run/execute.ts';
import type { Experiment } from '../../main/runs/experiment/experiment.ts';
import type { Store } from '../../main/runs/store/store.ts';
import { secondsOf } from '../../main/records/columns.ts';
import type { StepRecord, TimeColumn } from '../../main/records/record.ts';

/** What is measured of a step. `wire` is from encoding to decoding, without the server's own time. */
export type Step = Pick<StepRecord, 'source' | 'step' | 'samples' | 'wireUp' | 'wireDown' | TimeColumn>;

/** All steps of a case, after each source's first batch. */
export interface Measured {
  readonly steps: number;
  /** Of a step, at the socket. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Bytes at the socket beyond the encoded maps and gradients, to these. */
  readonly overhead: number;
  /** Of one source, as it has them. */
  readonly samplesPerSecond: number;
  /** Of a step. */
  readonly seconds: { readonly client: number; readonly wire: number; readonly server: number; readonly wait: number };
  /** Step by step, over all sources: their mean rate, and all bytes since the first batch. */
  readonly overTime: readonly { readonly step: number; readonly samplesPerSecond: number; readonly bytes: number }[];
}

/** Really executes an experiment, in processes of its own. */
export async function runHere(store: Store, experiment: Experiment): Promise<Step[]> {
  const { id } = store.create(experiment, 1);
  await executeHere(store, id, {}, {});
  return store.steps(id);
}

/** `payload` is what a sample's maps and gradient take, encoded. */
export function measure(all: readonly Step[], payload: number): Measured {
  const steps = all.filter(({ step }) => step > 0);
  const total = (of: (step: Step) => number, among: readonly Step[] = steps): number =>
    among.reduce((sum, step) => sum + of(step), 0);
  const per = (of: (step: Step) => number): number => total(of) / steps.length;
  const rate = (among: readonly Step[]): number => total(({ samples }) => samples, among) / total(secondsOf, among);
  const last = Math.max(...steps.map(({ step }) => step));
  let bytes = 0;
  return {
    steps: steps.length,
    bytesUp: per(({ wireUp }) => wireUp),
    bytesDown: per(({ wireDown }) => wireDown),
    overhead: total(({ wireUp, wireDown }) => wireUp + wireDown) / total(({ samples }) => samples * payload) - 1,
    samplesPerSecond: rate(steps),
    seconds: {
      client: per(({ clientSeconds }) => clientSeconds),
      wire: per(({ wireSeconds }) => wireSeconds),
      server: per(({ serverSeconds }) => serverSeconds),
      wait: per(({ waitSeconds }) => waitSeconds),
    },
    overTime: Array.from({ length: last }, (_, i) => {
      const now = steps.filter(({ step }) => step === i + 1);
      bytes += total(({ wireUp, wireDown }) => wireUp + wireDown, now);
      return { step: i + 1, samplesPerSecond: rate(now), bytes };
    }),
  };
}
