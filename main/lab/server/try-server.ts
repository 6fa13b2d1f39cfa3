import type { ServerAccess } from '../../api.ts';
import { SluiceError } from '../../errors.ts';
import { dial } from '../../offload/client/dial.ts';
import type { Experiment } from '../../runs/experiment/experiment.ts';
import { requirePinned } from '../../processes/run/reach.ts';

/** Which field is at fault; all else is the address's. */
const fields: Readonly<Record<string, keyof ServerAccess>> = {
  'auth-token': 'token',
  'tls-untrusted': 'fingerprint',
  'fingerprint-mismatch': 'fingerprint',
  // An emulated link wants the certificate pinned.
  'bad-usage': 'fingerprint',
};

/**
 * Says hello to an offload server that is to train these experiments and leaves again, so that whoever gave its address
 * hears at once what is wrong with it. What is thrown names the field.
 */
export async function tryServer(server: ServerAccess, experiments: readonly Experiment[]): Promise<void> {
  try {
    for (const experiment of experiments) requirePinned(experiment, server);
    const { connection } = await dial(server, 'sluice');
    connection.close(1000);
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    const field = fields[error.code] ?? 'url';
    const path = field === 'fingerprint' && server.ca !== undefined ? 'ca' : field;
    throw new SluiceError(error.code, withoutOptions(error.message), { path, cause: error });
  }
}

/** What the terminal calls a field says nothing to a window. */
function withoutOptions(message: string): string {
  return message.replaceAll(/ \(--[^)]*\)/g, '');
}
