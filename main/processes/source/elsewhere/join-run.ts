import { dial } from '../../../offload/client/dial.ts';
import { startChild } from '../../child.ts';
import { joinAs, type JoinOptions, type ToJoined } from './take-part.ts';

/** Is a data source of a run on another machine, in a process with the data sets of this one. */
export function joinRun(options: Omit<JoinOptions, 'software' | 'dial' | 'start'>): Promise<void> {
  return joinAs({
    ...options,
    software: 'sluice',
    dial,
    start: (onMessage) => startChild<ToJoined>(import.meta.url, '../process.ts', onMessage),
  });
}
