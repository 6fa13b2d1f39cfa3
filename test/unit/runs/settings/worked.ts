import { type Experiment, type ExperimentInput } from '../../../../main/runs/experiment/experiment.ts';
import { merge } from '../../../../main/fields.ts';
import type { ServerAddress } from '../../../../main/offload/client/dial.ts';
import { threadsOf } from '../../../../main/processes/run/settle.ts';
import type { FromSource, ToSource } from '../../../../main/processes/source/messages.ts';
import { openSource } from '../../../../main/processes/source/supervised.ts';
import { work } from '../../../../main/processes/source/work.ts';
import type { EpochRecord, StepRecord } from '../../../../main/records/record.ts';
import { parseExperiment } from '../../../../main/runs/experiment/parse.ts';
import type { Snapshot } from '../../../../main/training/snapshot.ts';
import { forget } from './seen.ts';

/** Two epochs of two steps on drawn images, at full budget. */
const base: ExperimentInput = {
  dataset: { trainSamples: 16, testSamples: 10 },
  model: { name: 'cnn', width: 0.125 },
  split: { layer: 3 },
  method: 'full',
  phases: [{ budget: 'full', epochs: 2 }],
  batchSize: 8,
  engine: 'cpu',
  threads: 1,
};

export function sourceExperiment(change: ExperimentInput): Experiment {
  return parseExperiment(merge(base, change));
}

export interface Worked {
  readonly steps: readonly StepRecord[];
  readonly epochs: readonly EpochRecord[];
  readonly last: Snapshot;
}

interface Part {
  readonly seed?: number;
  readonly index?: number;
  readonly server?: ServerAddress;
}

/** Does the part of a source in a run as its process would; what it asked of others is in `seen`. */
export function workOn(experiment: Experiment, { seed = 1, index = 0, server }: Part = {}): Promise<Worked> {
  forget();
  const told: FromSource[] = [];
  return new Promise((resolve, reject) => {
    const answer = (message: ToSource): void => void setImmediate(() => source.receive(message));
    const source = openSource(work, {
      tell(message) {
        told.push(message);
        if (message.kind === 'open') answer({ kind: 'enter' });
        if (message.kind === 'arrived') answer({ kind: 'met', keeper: true, full: true });
        if (message.kind === 'checkpoint') answer({ kind: 'saved' });
      },
      end(failed) {
        if (failed) {
          reject(failed.error instanceof Error ? failed.error : new Error(String(failed.error)));
          return;
        }
        const records = told.flatMap((message) => (message.kind === 'record' ? [message.record] : []));
        const snapshots = told.flatMap((message) =>
          message.kind === 'checkpoint' ? [message.checkpoint.snapshot] : [],
        );
        resolve({
          steps: records.filter((record) => record.kind === 'step'),
          epochs: records.filter((record) => record.kind === 'epoch'),
          last: snapshots.at(-1)!,
        });
      },
    });
    const place = { run: 'run-of-settings-1', server: server ?? null, retrySeconds: 1, resume: null };
    const threads = threadsOf({ experiment, threads: null });
    source.receive({ kind: 'task', task: { experiment, seed, index, threads, ...place } });
  });
}
