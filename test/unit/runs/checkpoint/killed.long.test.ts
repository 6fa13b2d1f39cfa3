import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { loadCheckpoint } from '../../../../main/runs/checkpoint/checkpoint.ts';
import { uniformSnapshot } from '../../../support/run-records.ts';
import { killHard, startChild, temporaryFolder } from '../../../support/run-store.ts';

describe('checkpoint', { timeout: 120_000 }, () => {
  it('is whole after a kill -9 at any instant of saving', async () => {
    const folder = temporaryFolder();
    let before = 0;
    for (let round = 0; round < 5; round++) {
      const child = startChild('save', folder, String(before));
      let saved = before;
      child.on('message', (k) => (saved = Number(k)));
      await once(child, 'message');
      await setTimeout(10 * round);
      await killHard(child);
      const snapshot = (await loadCheckpoint(folder)).get(0);
      const k = snapshot!.position.step;
      expect(k).toBeGreaterThanOrEqual(saved);
      expect(snapshot).toEqual(uniformSnapshot(k, 40_000));
      before = k;
    }
  });
});
