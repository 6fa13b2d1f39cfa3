import { describe, expect, it } from 'vitest';
import type { LabApi } from '../../../main/api.ts';
import { explainFullDisk } from '../../../main/lab/window/full-disk.ts';
import type { Procedures } from '../../../main/lab/lab-state.ts';

describe('what is asked of a lab whose disk is full', () => {
  it('fails with a sentence about the disk, and otherwise as it did', async () => {
    const other = new Error('something else');
    const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    const failing = (error: Error) => (): never => {
      throw error;
    };
    const api = { launch: failing(full), pause: failing(other), alert: () => 'a' };
    const explained = explainFullDisk(api as unknown as Procedures<keyof LabApi>, '/lab');
    await expect(explained.launch([], '')).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringContaining('no space left on the disk of /lab') as string,
    });
    await expect(explained.pause('1')).rejects.toBe(other);
    await expect(explained.alert()).resolves.toBe('a');
  });
});
