import { describe, expect, it } from 'vitest';
import { gradient, mixed } from '../../../main/charts/drawing/colours.ts';

describe('colours', () => {
  it('are mixed however long they are written', () => {
    expect(mixed('#fff', '#000000', 0.5)).toBe('#808080');
    expect(mixed('#08f', '#0088ff', 0.3)).toBe('#0088ff');
  });

  it('go from one end to the other, opaque', () => {
    const bytes = new Uint8Array(gradient('#fff', '#102030').buffer);
    expect([...bytes.slice(0, 4)]).toEqual([255, 255, 255, 255]);
    expect([...bytes.slice(-4)]).toEqual([16, 32, 48, 255]);
  });
});
