import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { executeHere } from '../../../../main/processes/run/execute.ts';
import type { RunEvent } from '../../../../main/runs/life/execution.ts';
import { continueRun } from '../../../../main/runs/life/lifecycle.ts';
import type { Store } from '../../../../main/runs/store/store.ts';
import { createRun } from '../../../support/network-runs.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';
import { hasWebgpu } from './has-webgpu.ts';

/** A run of six steps, with a checkpoint after every second. */
function createShortRun(store: Store): string {
  return createRun(store, {
    engine: 'webgpu',
    processes: 'one',
    dataset: { trainSamples: 6, testSamples: 2 },
    batchSize: 2,
    phases: [{ budget: 2, epochs: 2 }],
    checkpointSteps: 2,
  }).id;
}

const losses = (store: Store, id: string): number[] => store.steps(id).map(({ crossEntropy }) => crossEntropy);

describe.skipIf(!(await hasWebgpu()))('a run whose GPU is lost', () => {
  it(
    'is paused with the reason, and continued it ends as one that was never disturbed',
    { timeout: 120_000 },
    async () => {
      const store = openTestStore(temporaryFolder());
      const undisturbed = createShortRun(store);
      await executeHere(store, undisturbed, {}, {});

      const id = createShortRun(store);
      const statuses: string[] = [];
      const notices: string[] = [];
      let device: GPUDevice | null = null;
      const onEvent = (event: RunEvent): void => {
        if (event.kind === 'notice') notices.push(event.message);
        if (event.kind === 'progress' && event.stepsDone === 3 && !device) {
          ({ device } = tf.backend() as unknown as WebGPUBackend);
          device.destroy();
        }
        if (event.kind !== 'status') return;
        statuses.push(`${event.run.status} ${event.run.error ?? ''}`);
        if (event.run.status === 'paused') continueRun(store, id);
      };
      const run = await executeHere(store, id, {}, { onEvent });
      expect(run).toMatchObject({ status: 'finished', error: null });
      const lost = expect.stringMatching(/The GPU was lost .*resume once it is back/) as string;
      expect(statuses).toEqual(['running ', lost, 'running ', 'finished ']);
      expect(statuses[1]).toMatch(/^paused /);
      expect(notices).toContainEqual(lost);
      expect(losses(store, id)).toEqual(losses(store, undisturbed));
    },
  );
});
