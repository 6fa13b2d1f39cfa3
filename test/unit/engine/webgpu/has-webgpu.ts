import { openEngine } from '../../../../main/engine/engine.ts';
import { SluiceError } from '../../../../main/errors.ts';

/** Whether this machine has a GPU, or a Chromium whose SwiftShader plays one. */
export async function hasWebgpu(): Promise<boolean> {
  try {
    await openEngine('webgpu');
    return true;
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'engine-unavailable') return false;
    throw error;
  }
}
