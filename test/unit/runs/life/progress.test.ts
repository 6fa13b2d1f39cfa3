import { describe, expect, it } from 'vitest';
import { meterProgress } from '../../../../main/runs/life/progress.ts';
import { epochRecord, stepRecord } from '../../../support/run-records.ts';

/** A meter on a clock that is set by hand. */
function meterOf(size: { stepsPerEpoch: number; epochs: number }, done = { steps: 0, bytes: 0 }) {
  const clock = { seconds: 100 };
  return { clock, meter: meterProgress(size, done, () => clock.seconds) };
}

describe('progress', () => {
  it('foresees the end of a steady run, evaluations included', () => {
    const { clock, meter } = meterOf({ stepsPerEpoch: 10, epochs: 3 });
    for (let epoch = 0; epoch < 3; epoch++) {
      for (let i = 0; i < 10; i++) {
        clock.seconds += 2;
        const step = epoch * 10 + i;
        const { etaSeconds, samplesPerSecond } = meter.step(stepRecord(step));
        expect(samplesPerSecond).toBeCloseTo(8);
        if (epoch > 0)
          expect(etaSeconds).toBeCloseTo((29 - step) * 2 + (step === 29 ? 0 : Math.ceil((29 - step) / 10) * 30));
      }
      clock.seconds += 30;
      meter.other(epochRecord(epoch));
    }
  });

  it('follows a change of speed within some dozens of steps', () => {
    const { clock, meter } = meterOf({ stepsPerEpoch: 100, epochs: 4 });
    let rate = 0;
    for (let step = 0; step < 200; step++) {
      clock.seconds += step < 100 ? 1 : 4;
      rate = meter.step(stepRecord(step)).samplesPerSecond;
    }
    expect(rate).toBeGreaterThan(4);
    expect(rate).toBeLessThan(4.2);
  });

  it('counts from where a run is resumed and leaves pauses out', () => {
    const { clock, meter } = meterOf({ stepsPerEpoch: 10, epochs: 2 }, { steps: 5, bytes: 1000 });
    clock.seconds += 3600;
    meter.skip();
    clock.seconds += 2;
    const { bytesUp, bytesDown } = stepRecord(5);
    expect(meter.step(stepRecord(5))).toMatchObject({
      stepsDone: 6,
      totalSteps: 20,
      etaSeconds: 28,
      bytesDone: 1000 + bytesUp + bytesDown,
    });
  });
});
