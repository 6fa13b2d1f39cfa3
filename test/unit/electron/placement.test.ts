import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitPlacement, readPlacement, writePlacement } from '../../../electron/placement.ts';
import { temporaryFolder } from '../../support/run-store.ts';

const screens = [
  { x: 0, y: 25, width: 1920, height: 1055 },
  { x: 1920, y: 0, width: 1280, height: 1024 },
];

describe('the place of the window', () => {
  it('is kept from one start to the next', () => {
    const file = join(temporaryFolder(), 'placement.json');
    const placement = { x: -8, y: 31, width: 1400, height: 900, maximized: true };
    writePlacement(file, placement);
    expect(readPlacement(file)).toEqual(placement);
  });

  it.each(['', '[]', '{"width":"wide"}', '{"width":-5,"height":800}'])('is the usual one after reading %j', (text) => {
    const file = join(temporaryFolder(), 'placement.json');
    writeFileSync(file, text);
    expect(readPlacement(file)).toEqual({ width: 1280, height: 800, maximized: false });
  });

  it('stays where it was as long as its title can be reached', () => {
    const placement = { x: 2000, y: 100, width: 1000, height: 700, maximized: false };
    expect(fitPlacement(placement, screens)).toEqual(placement);
  });

  it('is centred when its screen is gone, and no larger than the screen that is left', () => {
    const placement = { x: 2000, y: 100, width: 2200, height: 1400, maximized: true };
    expect(fitPlacement(placement, screens.slice(0, 1))).toEqual({ width: 1920, height: 1055, maximized: true });
  });

  it('always has its title on a screen', () => {
    const unit = fc.integer({ min: -5000, max: 5000 });
    const size = fc.integer({ min: 1, max: 5000 });
    fc.assert(
      fc.property(unit, unit, size, size, (x, y, width, height) => {
        const fit = fitPlacement({ x, y, width, height, maximized: false }, screens);
        expect(fit.width).toBeGreaterThanOrEqual(960);
        expect(fit.width).toBeLessThanOrEqual(1920);
        if (fit.x === undefined || fit.y === undefined) return;
        const on = screens.some(
          (screen) =>
            fit.y! >= screen.y &&
            fit.y! < screen.y + screen.height &&
            fit.x! + fit.width > screen.x &&
            fit.x! < screen.x + screen.width,
        );
        expect(on).toBe(true);
      }),
    );
  });
});
