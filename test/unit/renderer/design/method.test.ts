import { describe, expect, it } from 'vitest';
import { listMethods } from '../../../../main/lab/design/methods.ts';
import { experimentSchema } from '../../../../main/runs/experiment/experiment.ts';
import type { ExperimentInput, MethodEntry, MethodName } from '../../../../main/api.ts';
import { remarkOn, withLayer as layered, withMethod as changedTo } from '../../../../renderer/pages/design/method.ts';
import { phaseRates } from '../../../../renderer/pages/design/rates.ts';
import { templatesFor } from '../../../../renderer/pages/design/templates.ts';
import { defaultMethod } from '../../../../renderer/stores/methods.ts';
import { parseExperiment } from '../../../../main/runs/experiment/parse.ts';

const methods = listMethods();
const named = (name: MethodName): MethodEntry => methods.find((method) => method.name === name)!;
const methodNames = methods.map(({ name }) => name);
const withMethod = (draft: ExperimentInput, to: MethodName): ExperimentInput => changedTo(draft, to, named);
const withLayer = (draft: ExperimentInput, layer: number): ExperimentInput => layered(draft, layer, named);

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

  it('leaves a gate that was chosen, unless the method cannot have it', () => {
    const phases = [{ budget: 'full' as const, epochs: 2 }];
    const chosen = { method: 'deprune', gate: { name: 'importance', mask: 'linear' }, phases } as const;
    expect(withMethod(chosen, 'prune').gate).toEqual({ name: 'importance', mask: 'linear' });
    const bottleneck = withMethod(chosen, 'bottleneck');
    expect(bottleneck.gate).toEqual({ mask: 'linear' });
    expect(parseExperiment(bottleneck).gate.name).toBe('none');
    const none = { method: 'bottleneck', gate: { name: 'none' }, phases } as const;
    expect(withMethod(none, 'deprune').gate).toBeUndefined();
    for (const to of methodNames) {
      for (const draft of [chosen, none]) expect(() => parseExperiment(withMethod(draft, to))).not.toThrow();
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

describe('what the page makes of a method', () => {
  const one = { budget: 4, epochs: 2 };
  const both = [one, { budget: 'full' as const, epochs: 1 }];
  const remark = (name: MethodName, phases: typeof both): string | null => remarkOn(named(name), phases, 3);

  it('remarks on schedules that are not trained as they stand', () => {
    for (const name of ['deprune', 'prune', 'scratch'] as const) expect(remark(name, both)).toBeNull();
    const full = 'Full budget trains all 3 epochs with all maps, so that it compares with this schedule.';
    expect(remark('full', both)).toBe(full);
    expect(remark('full', [one])).toBe(full);
    expect(remark('full', both.slice(1))).toBeNull();
    expect(remark('high-compression', both)).toMatch(/^High compression trains all 3 epochs with the smallest/);
    expect(remark('high-compression', [one])).toBeNull();
    for (const name of ['plain-split', 'raw-image'] as const)
      expect(remark(name, both.slice(1))).toMatch(/^There is no gate: every map crosses the network in all 3 epochs/);
  });

  it('offers templates that go its way', () => {
    const firstOf = (name: MethodName): unknown => templatesFor(named(name), 128)[0].parts[0][0];
    expect(methodNames.map(firstOf)).toEqual([4, ...Array<string>(7).fill('full')]);
    expect(templatesFor(named('scratch'), 128)).toEqual(templatesFor(named('prune'), 128));
    expect(templatesFor(named('full'), 128)).not.toEqual(templatesFor(named('prune'), 128));
  });

  it('shows selectLr where phases go on with the weights before them', () => {
    const experiment = parseExperiment({ selectLr: { epochs: 1, factor: 3 }, phases: [one, { budget: 8, epochs: 2 }] });
    expect(phaseRates(experiment, 1, named('deprune'))).toBe('0.03 for 1, then 0.01');
    expect(phaseRates(experiment, 1, named('scratch'))).toBe('0.01');
  });

  it('takes a draft that names none for what the lab takes it for', () => {
    expect(defaultMethod).toBe(experimentSchema.parse({}).method);
  });
});
