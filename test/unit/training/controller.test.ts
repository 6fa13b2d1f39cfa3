import { describe, expect, it } from 'vitest';
import { codecsFor, codecSettings, codecUses, scheduled } from '../../../main/training/controller.ts';

describe('the schedule of an experiment', () => {
  const settings = codecSettings({ up: 'float16', down: 'float32', full: { name: 'float32' } });
  const { codecs, decide } = scheduled(settings);

  it('announces each of its codecs once', () => {
    expect(codecs.map(({ name }) => name)).toEqual(['float16', 'float32']);
    const same = scheduled(codecSettings({ up: 'int8', down: 'int8', full: 'int8' }));
    expect(same.codecs).toEqual([{ name: 'int8', params: {} }]);
  });

  it('keeps the budget of the phase, and has codecs of its own for the full one', () => {
    for (const purpose of ['step', 'evaluate'] as const) {
      const { up, down, full } = settings;
      expect(decide({ purpose, planned: 3, step: 9 })).toEqual({ budget: 3, codecs: { up, down } });
      expect(decide({ purpose, planned: null, step: 9 })).toEqual({ budget: null, codecs: { up: full, down: full } });
    }
  });

  it('has the codecs of the phase where it has its own, at every budget, and announces these, too', () => {
    const own = { up: { name: 'int8', params: {} } } as const;
    const of = scheduled(settings, [{ own }, {}]);
    expect(of.codecs.map(({ name }) => name)).toEqual(['float16', 'float32', 'int8']);
    for (const planned of [3, null]) {
      const { codecs: chosen } = of.decide({ purpose: 'step', planned, own, step: 0 });
      expect([chosen.up.name, chosen.down.name]).toEqual(['int8', 'float32']);
      expect(of.decide({ purpose: 'step', planned, step: 0 })).toEqual(decide({ purpose: 'step', planned, step: 0 }));
    }
    expect(codecUses(3, true, own)).toEqual(['down']);
    expect(codecUses(null, false, own)).toEqual([]);
  });

  it('says which of its settings a budget uses: no gradient, none of its codec', () => {
    expect(codecUses(3)).toEqual(['up', 'down']);
    expect(codecUses(3, false)).toEqual(['up']);
    expect(codecUses(null)).toEqual(['full']);
    expect(codecUses(null, false)).toEqual(['full']);
    for (const budget of [3, null]) {
      const used = new Set(Object.values(codecsFor(budget, settings)));
      expect(new Set(codecUses(budget).map((use) => settings[use]))).toEqual(used);
    }
  });
});
