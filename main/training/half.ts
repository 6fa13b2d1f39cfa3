import * as tf from '@tensorflow/tfjs-core';
import { disposeWeights, type Weights } from '../model/layers/layer.ts';
import { readState, writeState } from '../model/state.ts';
import type { HalfState } from './snapshot.ts';
import { sgd, type Optimiser, type OptimiserSettings } from './optimiser.ts';

/** What client and server half have in common: weights, and the optimiser that moves them. */
export interface Half {
  readonly optimiser: Optimiser;
  /** False for the client of raw-image offload, which has no weights. */
  readonly trainable: boolean;
  /** Holds the running statistics as they are now: a pass that comes to nothing puts them back. Copies nothing. */
  holdStatistics(): HeldStatistics;
  resetOptimiser(): void;
  read(): Promise<HalfState>;
  write(state: HalfState): void;
  dispose(): void;
}

interface HeldStatistics {
  putBack(): void;
  release(): void;
}

/** The weights of all parts there are, in that order, under one optimiser. */
export function half(parts: readonly (Weights | null)[], settings: OptimiserSettings): Half {
  const present = parts.filter((part) => part !== null);
  const weights: Weights = {
    parameters: present.flatMap((part) => part.parameters),
    statistics: present.flatMap((part) => part.statistics),
  };
  const optimiser = sgd(weights.parameters, settings);
  return {
    optimiser,
    trainable: weights.parameters.length > 0,
    holdStatistics() {
      const held = weights.statistics.map(({ value }) => ({ value, before: tf.clone(value) }));
      return {
        putBack() {
          for (const { value, before } of held) value.assign(before);
        },
        release() {
          for (const { before } of held) before.dispose();
        },
      };
    },
    resetOptimiser: () => optimiser.reset(),
    async read() {
      return { weights: await readState(weights), momentum: await optimiser.read() };
    },
    write(state) {
      writeState(weights, state.weights);
      optimiser.write(state.momentum);
    },
    dispose() {
      disposeWeights(weights);
      optimiser.dispose();
    },
  };
}
