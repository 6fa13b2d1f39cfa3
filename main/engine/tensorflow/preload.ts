import koffi from 'koffi';
import { installedEngine, type Installable } from '../installed.ts';

/**
 * Loads the libraries of NVIDIA that pip has put into the Python environment an engine was built on. TensorFlow asks for them by name
 * alone, and the system gives what is loaded already under a name, wherever it lies.
 */
export function preload(name: Installable): void {
  const installed = installedEngine(name);
  if (!installed || 'damaged' in installed) return;
  for (const path of installed.preload) {
    try {
      koffi.load(path);
    } catch {
      // TensorFlow says in its log which it lacks.
    }
  }
}
