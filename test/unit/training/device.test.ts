import { describe, expect, it } from 'vitest';
import { deviceWith } from '../../../main/training/device.ts';

describe('a device with a share of a core', () => {
  it('that is whole never waits', async () => {
    const { result, waited } = await deviceWith(1).work(() => Promise.resolve('done'));
    expect(result).toBe('done');
    expect(waited).toBe(0);
  });

  it('passes on what goes wrong', async () => {
    await expect(deviceWith(0.5).work(() => Promise.reject(new Error('no memory')))).rejects.toThrow('no memory');
  });
});
