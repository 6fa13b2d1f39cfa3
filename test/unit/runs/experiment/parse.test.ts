import { describe, expect, it } from 'vitest';
import type { DatasetInfo } from '../../../../main/data/source.ts';
import { checkExperiment } from '../../../../main/runs/experiment/check.ts';
import { experimentSchema } from '../../../../main/runs/experiment/experiment.ts';
import { parseExperiment } from '../../../../main/runs/experiment/parse.ts';
import { jsonSchema } from '../../../../main/runs/experiment/schema.ts';
import { applySetting } from '../../../../main/runs/experiment/settings.ts';
import { methodNames } from '../../../../main/training/methods/table.ts';
import { failure } from '../../../support/failures.ts';

const cifar10: DatasetInfo = {
  name: 'cifar10',
  shape: [32, 32, 3],
  classes: Array.from({ length: 10 }, (_, i) => `class ${i}`),
  trainSamples: 50_000,
  testSamples: 10_000,
};

function complaint(input: unknown): string {
  return failure(() => parseExperiment(input)).message;
}

describe('parseExperiment', () => {
  it('makes an experiment of nothing', () => {
    expect(parseExperiment({})).toMatchObject({
      method: 'deprune',
      dataset: { name: 'synthetic', augment: true },
      split: { layer: 5, module: { resolution: 1, features: 1 } },
      optimiser: { learningRate: 0.01, momentum: 0, weightDecay: 5e-4 },
      batchSize: 16,
      codec: { up: 'float16', full: 'float32' },
    });
  });

  it.each(methodNames)(
    'has defaults for %s that suit the data set, and stay as they are when parsed again',
    (method) => {
      const experiment = parseExperiment({ method });
      expect(experiment).toMatchObject({ method, name: method });
      expect(parseExperiment(experiment)).toEqual(experiment);
      expect(() => checkExperiment(experiment, cifar10)).not.toThrow();
    },
  );

  it('lets what is given stand against the defaults of the method', () => {
    const { optimiser, phases } = parseExperiment({ method: 'prune', optimiser: { momentum: 0.5 } });
    expect(optimiser).toEqual({ learningRate: 1e-3, momentum: 0.5, weightDecay: 5e-4 });
    expect(phases.map(({ budget }) => budget)).toEqual(['full', 32, 4]);
  });

  it('takes a name of one line only, on which something is to be seen', () => {
    for (const name of ['Größe 2 (№ 5)', '深度', '👩‍🔬 run', 'e\u0301'])
      expect(parseExperiment({ name }).name).toBe(name);
    const wrong = [
      'red\u001b[31m',
      '   ',
      '\u00a0\u200b',
      'half \ud83d',
      '\udc00',
      'two\nlines',
      'two\u2028lines',
      '',
      'x'.repeat(201),
    ];
    for (const name of wrong)
      expect(
        failure(() => parseExperiment({ name })),
        name,
      ).toMatchObject({ path: 'name' });
    expect(complaint({ name: '   ' })).toBe(
      'name is "   ": expected one line of 1 to 200 characters, some to be seen, and none of them control characters',
    );
  });

  it('takes notes of many lines, but not without end', () => {
    expect(parseExperiment({ notes: 'one\ntwo' }).notes).toBe('one\ntwo');
    expect(complaint({ notes: 'x'.repeat(1e7) })).toMatch(/^notes is "x+…: expected at most 100000 characters$/);
    expect(complaint({ notes: '\ud800' })).toMatch(/^notes is .*: expected a text without halves of characters$/);
  });

  it('refuses numbers that make no sense, with the range of those that do', () => {
    const wrong: Readonly<Record<string, readonly [value: number, range: string]>> = {
      'model.width': [1e-9, 'from 0.01 to 4'],
      'split.layer': [1e9, 'from 0 to 1000'],
      'split.module.features': [1e9, 'from 1 to 1024'],
      'gate.delta': [1e308, 'from 0.000001 to 100'],
      'gate.epsilon': [1e308, 'from 0 to 1000000000'],
      'gate.lambda': [1e308, 'from 0 to 1000000'],
      'optimiser.learningRate': [1e38, 'from 1e-9 to 100'],
      'optimiser.weightDecay': [1e38, 'from 0 to 1'],
      'selectLr.epochs': [1e9, 'from 0 to 100000'],
      'selectLr.factor': [1e308, 'from 0.000001 to 1000000'],
      'dataset.trainSamples': [1e15, 'from 1 to 100000000'],
      'phases.0.budget': [1e9, 'from 1 to 65536'],
      'phases.0.epochs': [1e9, 'from 1 to 100000'],
      'sources.skew': [1e-9, 'from 0.001 to 1000000'],
      'sources.averageEpochs': [1e9, 'from 1 to 100000'],
      'sources.cpuShare': [1e-9, 'from 0.01 to 1'],
      'link.up': [1e-9, 'from 0.01 to 100000'],
      'link.down': [1e308, 'from 0.01 to 100000'],
      'link.rttMs': [1e308, 'from 0 to 10000'],
      'link.jitterMs': [1e308, 'from 0 to 10000'],
      checkpointSteps: [1e12, 'from 1 to 1000000000'],
    };
    const input = { phases: [{ budget: 4, epochs: 1 }], link: { up: 1, down: 1 } };
    for (const [path, [value, range]] of Object.entries(wrong)) {
      const changed = applySetting(input, `${path}=${value}`);
      expect(complaint(changed)).toBe(`${path} is ${value}: expected ${range}`);
    }
  });

  it('has an end for every number', () => {
    const open: string[] = [];
    JSON.stringify(jsonSchema(experimentSchema), function (this: unknown, key, value: unknown) {
      if (typeof value !== 'object' || value === null || !('type' in value)) return value;
      const isNumber = value.type === 'number' || value.type === 'integer';
      const isClosed = ('maximum' in value || 'exclusiveMaximum' in value) && 'minimum' in value;
      if (isNumber && !isClosed) open.push(key);
      return value;
    });
    expect(open).toEqual([]);
  });

  it('lists every problem with path, value and expectation', () => {
    const error = failure(() =>
      parseExperiment({
        phases: [{ budget: 'half', epochs: 0 }, { epochs: 1.5 }],
        model: { name: 'vgg', widht: 1 },
        optimiser: { momentum: 1 },
        seeds: [],
        split: { module: 3 },
        epochs: 3,
      }),
    );
    expect(error).toMatchObject({ code: 'bad-experiment', path: 'model.name' });
    expect(error.message.split('\n  ')).toEqual([
      'The experiment has 10 problems:',
      'model.name is "vgg": expected one of vgg11, vgg16, vgg19, cnn, mlp, resnet18',
      'model.widht is not a field: expected name, width',
      'split.module is 3: expected an object',
      'phases.0.budget is "half": expected "full" or a number or {"bytes": …}',
      'phases.0.epochs is 0: expected from 1 to 100000',
      'phases.1.budget is missing: expected "full" or a number or {"bytes": …}',
      'phases.1.epochs is 1.5: expected a whole number',
      'optimiser.momentum is 1: expected from 0 to less than 1',
      'seeds is []: expected a list of 1 or more',
      expect.stringMatching(/^epochs is not a field: expected .*phases, gate/),
    ]);
  });

  it('says of a link of its own which of its fields is wrong', () => {
    const { message } = failure(() => parseExperiment({ link: { up: -1, jitter: 3 } }));
    expect(message.split('\n  ')).toEqual([
      'The experiment has 3 problems:',
      'link.up is -1: expected from 0.01 to 100000',
      'link.down is missing: expected a number',
      'link.jitter is not a field: expected up, down, rttMs, jitterMs, loss, shared',
    ]);
    expect(complaint({ link: 'wifi' })).toBe(
      'link is "wifi": expected one of wifi6, ethernet, lte, 3g, satellite or {"up": …, "down": …}',
    );
  });

  it('says how a codec is written, with parameters and without', () => {
    expect(complaint({ codec: { up: 3 } })).toMatch(/^codec\.up is 3: expected one of float32, .* or \{"name": …\}$/);
  });

  it('shows sixty characters of a value', () => {
    expect(complaint({ split: { module: 'x'.repeat(58) } })).toBe(
      `split.module is "${'x'.repeat(58)}": expected an object`,
    );
    expect(complaint({ split: { module: 'x'.repeat(59) } })).toBe(
      `split.module is "${'x'.repeat(56)}…: expected an object`,
    );
    expect(complaint({ seeds: [1n] })).toBe('seeds.0 is "1n": expected a number');
  });

  it('refuses what is no object at all', () => {
    expect(complaint([1])).toBe('The experiment is [1]: expected an object');
  });

  it('wants rising budgets for deprune and falling ones for prune', () => {
    const phases = (...budgets: (number | 'full')[]): object[] => budgets.map((budget) => ({ budget, epochs: 1 }));
    expect(complaint({ phases: phases(4, 'full', 8) })).toMatch(/^phases\.2\.budget is 8: expected more than/);
    expect(complaint({ phases: phases(4, 4) })).toMatch(/^phases\.1\.budget is 4/);
    expect(complaint({ method: 'prune', phases: phases(4, 'full') })).toMatch(
      /^phases\.1\.budget is "full": expected less/,
    );
    expect(() => parseExperiment({ method: 'scratch', phases: phases(4, 'full', 8) })).not.toThrow();
  });

  it('wants no module where the method has none, and one where it has', () => {
    expect(complaint({ method: 'plain-split', split: { module: { resolution: 2 } } })).toMatch(
      /^split\.module is .*plain-split/,
    );
    expect(complaint({ method: 'full', split: { module: null } })).toMatch(/^split\.module is null: expected a module/);
    expect(complaint({ method: 'raw-image', split: { layer: 5 } })).toMatch(/^split\.layer is 5: expected 0/);
    for (const layer of [0, 1]) expect(() => parseExperiment({ method: 'raw-image', split: { layer } })).not.toThrow();
  });

  it('wants no gate where the method has none, and one where it has', () => {
    expect(parseExperiment({ method: 'bottleneck' })).toMatchObject({
      gate: { name: 'none' },
      split: { module: { features: 8 } },
    });
    expect(complaint({ method: 'bottleneck', gate: { name: 'importance' } })).toMatch(
      /^gate\.name is "importance": expected none, since bottleneck has no gate/,
    );
    expect(complaint({ method: 'prune', gate: { name: 'none' } })).toMatch(
      /^gate\.name is "none": expected a gate that chooses, since prune has budgets/,
    );
  });

  it('wants processes for what one alone would not heed: sources, slow devices, links', () => {
    const testbed = { sources: { count: 8, cpuShare: 0.4, threads: 1 }, link: 'wifi6' };
    expect(() => parseExperiment(testbed)).not.toThrow();
    const lines = complaint({ ...testbed, processes: 'one' }).split('\n  ');
    expect(lines.slice(1).map((line) => line.split(' ', 1)[0])).toEqual([
      'sources.count',
      'sources.cpuShare',
      'sources.threads',
      'link',
    ]);
    const each = { client: 'cpu', server: 'webgpu' };
    expect(complaint({ processes: 'one', engine: each })).toContain('expected the same for client and server');
    expect(lines[1]).toBe('sources.count is 8: expected 1 with both halves in one process');
    expect(() => parseExperiment({ processes: 'one', sources: { count: 1 }, threads: 2 })).not.toThrow();
  });

  it('wants every seed once and at least a batch of images', () => {
    expect(complaint({ seeds: [1, 2, 1] })).toMatch(/^seeds\.2 is 1/);
    expect(complaint({ dataset: { trainSamples: 8 } })).toMatch(/^batchSize is 16: expected at most .*8/);
    expect(() => parseExperiment({ seeds: [1, 2, 3], dataset: { trainSamples: 16 } })).not.toThrow();
  });

  it('trains on what is not held out, and holds nothing out unless it is asked to', () => {
    expect(parseExperiment({})).not.toHaveProperty('validation');
    // None in a number is none, to the last bit.
    expect(parseExperiment({ validation: 0 })).toEqual(parseExperiment({}));
    expect(complaint({ validation: -0.1 })).toBe('validation is -0.1: expected from 0 to 0.9');
    const twenty = { dataset: { trainSamples: 20 } };
    expect(complaint({ ...twenty, validation: 0.25 })).toBe(
      'batchSize is 16: expected at most dataset.trainSamples less the 5 held out, 15',
    );
    expect(() => parseExperiment({ ...twenty, validation: 0.2 })).not.toThrow();
  });
});
