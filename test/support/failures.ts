import { SluiceError } from '../../main/errors.ts';

/** What went wrong; anything but a SluiceError is a fault of the code. */
export function failure(action: () => unknown): SluiceError {
  try {
    action();
  } catch (error) {
    if (error instanceof SluiceError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** The code of what goes wrong, "none" where nothing does. */
export function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof SluiceError) return error.code;
    throw error;
  }
  return 'none';
}
