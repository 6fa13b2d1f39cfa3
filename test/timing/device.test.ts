import { describe, expect, it } from 'vitest';
import { deviceWith } from '../../main/training/device.ts';

/** Keeps the processor busy for so many milliseconds of its time. */
function compute(ms: number): number {
  const before = process.cpuUsage();
  let sum = 0;
  while (process.cpuUsage(before).user < ms * 1000) sum += Math.sqrt(sum + 1);
  return sum;
}

describe('a device with a share of a core', () => {
  it('takes as long as that share needs for the work, and says how much of it was waiting', async () => {
    const before = process.cpuUsage();
    const start = performance.now();
    const { result, seconds, waited } = await deviceWith(0.25).work(() => compute(20));
    const elapsed = (performance.now() - start) / 1000;
    expect(result).toBeGreaterThan(0);
    expect(elapsed).toBeGreaterThanOrEqual(0.02 / 0.25 - 0.005);
    expect(seconds + waited).toBeLessThanOrEqual(elapsed);
    expect(process.cpuUsage(before).user).toBeGreaterThanOrEqual(20_000);
  });
});
