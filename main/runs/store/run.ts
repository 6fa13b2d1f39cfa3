import type { Experiment } from '../experiment/experiment.ts';

export const runStatuses = ['queued', 'running', 'paused', 'finished', 'stopped', 'failed', 'interrupted'] as const;

/**
 * `stopped` was asked for, `interrupted` was not (the process died); both can be resumed from their last checkpoint.
 */
export type RunStatus = (typeof runStatuses)[number];

/** One experiment with one seed. */
export interface Run {
  readonly id: string;
  readonly name: string;
  readonly seed: number;
  /** Runs launched together share it: the name of their preset or file, and when it was. */
  readonly group: string;
  readonly status: RunStatus;
  readonly experiment: Experiment;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** Engine, device, library and threads the run used last. */
  readonly engine: string | null;
  /** What ended a failed run, in words. */
  readonly error: string | null;
}

/** The number a run's id begins with, by which it can be called. */
export function runNumber({ id }: Pick<Run, 'id'>): number {
  return Number.parseInt(id, 10);
}
