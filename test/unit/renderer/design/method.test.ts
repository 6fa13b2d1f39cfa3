import { describe, expect, it } from 'vitest';
import { methodNames, withLayer, withMethod } from '../../../../renderer/pages/design/method.ts';
import { parseExperiment } from '../../../../main/runs/experiment/parse.ts';

describe('another method', () => {
  it('leaves any draft that was right so', () => {
    const phases = [
      { budget: 4, epochs: 2 },
      { budget: 32, epochs: 3 },
      { budget: 'full' as const, epochs: 1 },
    ];
    for (const from of methodNames) {
      const falls = from === 'prune' || from === 'scratch';
      const draft = { method: from, phases: falls ? phases.toReversed() : phases, batchSize: 8 };
      for (const to of methodNames) {
        const changed = withMethod(draft, to);
        expect(() => parseExperiment(changed)).not.toThrow();
        expect(changed).toMatchObject({ method: to, batchSize: 8 });
      }
    }
  });

  it('turns the budgets around and takes the module away or brings it back', () => {
    const draft = {
      phases: [
        { budget: 4, epochs: 2 },
        { budget: 'full' as const, epochs: 1 },
      ],
    };
    expect(withMethod(draft, 'prune').phases?.map(({ budget }) => budget)).toEqual(['full', 4]);
    const shrunk = { split: { layer: 3, module: { resolution: 2 } } };
    expect(withMethod(shrunk, 'plain-split')).toEqual({ method: 'plain-split', split: { layer: 3 } });
    expect(withMethod({ method: 'raw-image', split: { layer: 0, module: null } }, 'deprune')).toEqual({
      method: 'deprune',
    });
  });
});

describe('another layer', () => {
  it('makes raw images a plain split, as they are cut at the image alone', () => {
    expect(withLayer({ method: 'raw-image' }, 4)).toEqual({ method: 'plain-split', split: { layer: 4 } });
    expect(withLayer({ method: 'raw-image' }, 0)).toEqual({ method: 'raw-image', split: { layer: 0 } });
    expect(withLayer({}, 4)).toEqual({ split: { layer: 4 } });
  });
});
