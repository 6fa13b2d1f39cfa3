import { describe, expect, it } from 'vitest';
import type { PlaygroundAnswer } from '../../../../main/api.ts';
import { choicesOf, figuresOf, heightOf } from '../../../../renderer/pages/playground/figures.ts';
import { positionOf, sliders, valueOf } from '../../../../renderer/pages/playground/sliders.ts';

const answer = (change: Partial<PlaygroundAnswer>): PlaygroundAnswer => ({
  at: 0,
  budget: 4,
  codec: 'int8',
  words: '4 maps, int8',
  accuracy: 0.8,
  meets: true,
  correct: null,
  latencyMs: 10,
  clientMs: 1,
  wireMs: 1,
  serverMs: 1,
  bytes: 100,
  ...change,
});

describe('the figures of a playground', () => {
  it('are of the latest answers, and of the known classes alone', () => {
    expect(figuresOf([])).toBeNull();
    const old = Array.from({ length: 20 }, () => answer({ latencyMs: 9999 }));
    const recent = Array.from({ length: 40 }, (_, i) => answer({ latencyMs: i + 1, bytes: i < 20 ? 100 : 300 }));
    const figures = figuresOf([...old, ...recent])!;
    expect(figures).toMatchObject({ p95Ms: 38, bytes: 200, accuracy: null });
    expect(figures.within(10)).toBe(0.25);
    expect(figuresOf([answer({ correct: true }), answer({ correct: false }), answer({})])!.accuracy).toBe(0.5);
  });

  it('put the choice that sends most on top, and times on a scale of decades', () => {
    const small = answer({ words: '2 maps, int8', bytes: 10 });
    expect(choicesOf([small, answer({}), small])).toEqual(['4 maps, int8', '2 maps, int8']);
    expect([0.5, 1, 100, 10_000, 1e6].map(heightOf)).toEqual([0, 0, 0.5, 1, 1]);
  });
});

describe('a slider', () => {
  it.each(sliders.map((slider) => [slider.label, slider] as const))('stands where its value is: %s', (_, slider) => {
    expect([valueOf(slider, 0), valueOf(slider, 100)]).toEqual([slider.from, expect.closeTo(slider.to, 6)]);
    for (const position of [0, 37, 100]) expect(positionOf(slider, valueOf(slider, position))).toBe(position);
    const settings = { link: { up: 1, down: 1, rttMs: 1, jitterMs: 0, loss: 0 }, latencyMs: 1 };
    const moved = slider.set(settings, valueOf(slider, 50));
    expect(slider.get(moved)).toBe(valueOf(slider, 50));
  });
});
