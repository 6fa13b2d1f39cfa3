import { messageOf, SluiceError } from './errors.ts';

/** An error as it crosses from one process or thread to another. */
export interface Failure {
  readonly message: string;
  /** Absent when the error is none of the user's. */
  readonly code?: string;
  readonly path?: string;
  readonly stack?: string;
}

export function failureOf(error: unknown): Failure {
  const message = messageOf(error);
  if (!(error instanceof SluiceError)) return { message, ...(error instanceof Error ? { stack: error.stack } : {}) };
  return { message, code: error.code, ...(error.path === undefined ? {} : { path: error.path }) };
}

/** The error again; one of the user's is a SluiceError. */
export function errorOf({ message, code, path, stack }: Failure): Error {
  if (code !== undefined) return new SluiceError(code, message, path === undefined ? {} : { path });
  return Object.assign(new Error(message), stack === undefined ? {} : { stack });
}
