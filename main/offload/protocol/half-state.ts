import { decodeSafetensors, encodeSafetensors } from '../../model/safetensors.ts';
import type { HalfState, StateDict } from '../../model/state.ts';

const momentumPrefix = 'momentum.';

/** One safetensors file: weights under their names, velocities under the same names after `momentum.`. */
export function encodeHalfState({ weights, momentum }: HalfState): Uint8Array<ArrayBuffer> {
  const velocities = Object.entries(momentum).map(([name, tensor]) => [momentumPrefix + name, tensor] as const);
  return encodeSafetensors({ ...weights, ...Object.fromEntries(velocities) });
}

/** Throws `safetensors-invalid`. */
export function decodeHalfState(bytes: Uint8Array): HalfState {
  const weights: [string, StateDict[string]][] = [];
  const momentum: [string, StateDict[string]][] = [];
  for (const [name, tensor] of Object.entries(decodeSafetensors(bytes, 'The checkpoint'))) {
    if (name.startsWith(momentumPrefix)) momentum.push([name.slice(momentumPrefix.length), tensor]);
    else weights.push([name, tensor]);
  }
  return { weights: Object.fromEntries(weights), momentum: Object.fromEntries(momentum) };
}
