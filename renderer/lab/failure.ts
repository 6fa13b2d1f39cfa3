import type { LabError } from '../../main/api.ts';
import { isLabError } from '../../main/wire.ts';

/** What a call to the lab rejects with: a sentence for the user, a stable code, and the field at fault if there is one. */
export class LabFailure extends Error implements LabError {
  override readonly name = 'LabFailure';
  readonly code: string;
  declare readonly path?: string;

  constructor({ code, message, path }: LabError) {
    super(message);
    this.code = code;
    if (path !== undefined) this.path = path;
  }
}

export const unreachable: LabError = {
  code: 'lab-unreachable',
  message: 'The lab cannot be reached just now. Runs that are training go on; try again when it is back.',
};

export const shutOut: LabError = {
  code: 'not-let-in',
  message: 'The lab does not let this browser in. Run "sluice lab" again: it opens the lab, or prints a link for it.',
};

/** Anything a call may have rejected with, as a failure that can be shown. */
export function failureOf(error: unknown): LabFailure {
  if (error instanceof LabFailure) return error;
  return new LabFailure(isLabError(error) ? error : unreachable);
}
