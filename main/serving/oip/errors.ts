import { SluiceError } from '../../errors.ts';

/** A request that is none of the Open Inference Protocol, or not one to its model; `path` names the field. */
export function invalid(message: string, path: string): SluiceError {
  return new SluiceError('request-invalid', message, { path });
}

const statuses: Readonly<Record<string, number>> = {
  'auth-token': 401,
  'path-unknown': 404,
  'model-not-served': 404,
  'method-wrong': 405,
  'body-too-large': 413,
  'encoding-unknown': 415,
  'limit-queue': 503,
  'limit-bodies': 503,
  'server-draining': 503,
  'deadline-missed': 504,
};

/** The HTTP status that tells an error: what the client has done 4xx, what may pass 503, and 500 for all that is the server's. */
export function statusOf(error: unknown): number {
  return error instanceof SluiceError ? (statuses[error.code] ?? 400) : 500;
}
