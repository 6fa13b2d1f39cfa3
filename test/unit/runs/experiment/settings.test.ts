import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../../../../main/runs/experiment/parse.ts';
import { enginesOf } from '../../../../main/runs/experiment/engines.ts';
import { applySetting } from '../../../../main/runs/experiment/settings.ts';
import { failure } from '../../../support/failures.ts';

function complaint(input: unknown): string {
  return failure(() => parseExperiment(input)).message;
}

describe('the engines of an experiment', () => {
  it('are one for both halves or one for each', () => {
    expect(enginesOf(parseExperiment({ engine: 'cpu' }))).toEqual({ client: 'cpu', server: 'cpu' });
    expect(enginesOf(parseExperiment({ engine: { server: 'cpu' } }))).toEqual({ client: 'auto', server: 'cpu' });
    expect(complaint({ engine: { client: 'abacus' } })).toMatch(/^engine\.client is "abacus": expected one of .*cpu/);
  });

  it('keep that of one half when the other is changed', () => {
    expect(applySetting({ engine: 'cpu' }, 'engine.client=webgpu').engine).toEqual({ client: 'webgpu', server: 'cpu' });
    expect(applySetting({}, 'engine.server=cpu').engine).toEqual({ client: 'auto', server: 'cpu' });
    expect(applySetting({ engine: { client: 'cpu' } }, 'engine=auto').engine).toBe('auto');
  });
});

describe('applySetting', () => {
  it('changes one field, read as JSON where it is JSON', () => {
    const settings = [
      'phases.0.epochs=3',
      'dataset.name=cifar10',
      'seeds=[1, 2]',
      'notes=a=b',
      'split.module.resolution=2',
    ];
    expect(parseExperiment(settings.reduce(applySetting, {}))).toMatchObject({
      phases: [
        { budget: 4, epochs: 3 },
        { budget: 'full', epochs: 3 },
      ],
      dataset: { name: 'cifar10' },
      seeds: [1, 2],
      notes: 'a=b',
      split: { layer: 5, module: { resolution: 2, features: 1 } },
    });
  });

  it('leaves its input alone and the rest of the experiment as it was', () => {
    const input = { method: 'prune' as const, model: { width: 0.5 } };
    expect(applySetting(input, 'model.name=cnn')).toEqual({ method: 'prune', model: { width: 0.5, name: 'cnn' } });
    expect(input).toEqual({ method: 'prune', model: { width: 0.5 } });
  });

  it('starts from the defaults of the method where a list is not given', () => {
    expect(applySetting({ method: 'prune' }, 'phases.1.epochs=9').phases).toEqual([
      { budget: 'full', epochs: 6 },
      { budget: 32, epochs: 9 },
      { budget: 4, epochs: 3 },
    ]);
  });

  it('may add one entry to a list', () => {
    expect(
      applySetting({ phases: [{ budget: 4, epochs: 1 }] }, 'phases.1={"budget":"full","epochs":2}').phases,
    ).toHaveLength(2);
    expect(failure(() => applySetting({}, 'phases.3.epochs=1')).message).toMatch(/3 is not a place in a list of 2/);
    expect(failure(() => applySetting({}, 'phases.-1.epochs=1')).message).toMatch(/-1 is not a place in a list of 2/);
    expect(failure(() => applySetting({}, 'phases.last.epochs=1')).message).toMatch(/last is not a place/);
  });

  it('refuses a field that stands there twice', () => {
    expect(failure(() => applySetting({}, 'gate={"delta": 1, "delta": 2}')).message).toBe(
      '"gate={"delta": 1, "delta": 2}" has "delta" twice: leave one of them out',
    );
  });

  it.each(['phases', '=3', 'a..b=3', '__proto__.x=3'])('refuses "%s"', (setting) => {
    expect(failure(() => applySetting({}, setting))).toMatchObject({ code: 'bad-setting' });
  });
});
