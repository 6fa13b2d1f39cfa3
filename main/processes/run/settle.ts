import { datasetFingerprint, differences, fingerprintSchema, type Fingerprint } from '../../data/fingerprint.ts';
import { defaultThreads } from '../../engine/threads.ts';
import { SluiceError } from '../../errors.ts';
import type { Execution } from '../../runs/life/execution.ts';
import type { Run } from '../../runs/store/run.ts';

/**
 * What a run keeps of its first start, so that it goes on as it began: its images, and the number of threads, which
 * decides the last bits of its weights. Throws `dataset-changed` when the data set of that name is another by now.
 */
export async function settleRun(execution: Execution): Promise<Execution> {
  const { store, run, log } = execution;
  const fingerprint = await datasetFingerprint(run.experiment.dataset.name);
  if (run.fingerprint === null) store.setFingerprint(run.id, JSON.stringify(fingerprint));
  else requireSameData(run, fingerprint);
  if (run.threads === null) store.setThreads(run.id, run.experiment.threads ?? defaultThreads());
  const settled = store.get(run.id);
  const cores = defaultThreads();
  if (settled.threads! > cores) log('threads', { threads: settled.threads, cores });
  return { ...execution, run: settled };
}

/** Throws `dataset-changed` unless a data set is the one that the run began with, with what is another. */
export function requireSameData(run: Run, now: Fingerprint): void {
  const before = fingerprintOfRun(run);
  const found = before ? differences(before, now) : [];
  if (found.length === 0) return;
  const { name } = run.experiment.dataset;
  throw new SluiceError(
    'dataset-changed',
    `The data set "${name}" is not the one that run ${run.id} began with: it has ${found.join(', ')}. ` +
      'Import it as it was then, or start a new run.',
    { path: 'dataset.name' },
  );
}

/** What a run knows of its images; null until it has begun. */
export function fingerprintOfRun({ id, fingerprint }: Pick<Run, 'id' | 'fingerprint'>): Fingerprint | null {
  if (fingerprint === null) return null;
  try {
    return fingerprintSchema.parse(JSON.parse(fingerprint));
  } catch (cause) {
    const message = `What run ${id} knows of the images it began with cannot be read. Start a new run.`;
    throw new SluiceError('run-damaged', message, { cause });
  }
}

/** Threads of a source's engine: the run's for a source alone, of several each has its device. */
export function threadsOf({ experiment, threads: settled }: Pick<Run, 'experiment' | 'threads'>): number | undefined {
  const { sources, threads } = experiment;
  return sources.threads ?? (sources.count === 1 ? (settled ?? threads) : 1);
}
