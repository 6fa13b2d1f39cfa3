import { z } from 'zod';
import type { Experiment } from '../experiment/experiment.ts';

export const runStatuses = ['queued', 'running', 'paused', 'finished', 'stopped', 'failed', 'interrupted'] as const;

/**
 * `stopped` was asked for, `interrupted` was not (the process died); both can be resumed from their last checkpoint.
 */
export type RunStatus = (typeof runStatuses)[number];

/** That of runs which were made before there were others, and of new ones until another is chosen. */
export const firstProject = 'default';

export const originSchema = z.strictObject({
  /** Sluice's own files, or event files of TensorBoard. */
  format: z.enum(['sluice', 'tensorboard']),
  /** The name of the zip, the folder or the home. */
  from: z.string(),
  /** Its id there. */
  run: z.string(),
  at: z.string(),
});

/** Where a run was brought in from that was not trained in this home, and when. */
export type Origin = z.infer<typeof originSchema>;

/** One experiment with one seed. */
export interface Run {
  readonly id: string;
  /**
   * Of this run alone, wherever its folder is; ids are given again by another database. Null of a run that a version
   * without them made, until it is gone on with.
   */
  readonly uid: string | null;
  readonly name: string;
  readonly seed: number;
  /** Runs launched together share it: the name of their preset or file, and when it was. */
  readonly group: string;
  /** What it is part of, as people divide their work. */
  readonly project: string;
  /** Left out of lists that do not ask for such. */
  readonly archived: boolean;
  readonly status: RunStatus;
  readonly experiment: Experiment;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** Engine, device, library and threads that its data sources computed with last. */
  readonly engine: string | null;
  /** The same of the server half, as its server names it. */
  readonly serverEngine: string | null;
  /** Of the data set it trains on: classes, labels, images and normalisation. Null until it was opened once. */
  readonly fingerprint: string | null;
  /** Threads its engine computes with, which decide the last bits of its weights; null until it was opened once. */
  readonly threads: number | null;
  /** Data sources that died too often and are left out, from 0: what they had still to train is missing. */
  readonly dropped: readonly number[];
  /** Null of a run of this home. */
  readonly origin: Origin | null;
  /** What ended a failed run, in words. */
  readonly error: string | null;
}

/** The number a run's id begins with, by which it can be called. */
export function runNumber({ id }: Pick<Run, 'id'>): number {
  return Number.parseInt(id, 10);
}
