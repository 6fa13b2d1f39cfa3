import { describe, expect, it, vi } from 'vitest';
import type { DatasetInfo } from '../../../../main/data/source.ts';
import { SluiceError } from '../../../../main/errors.ts';
import { compressions } from '../../../../main/offload/codecs/compression.ts';
import { checkExperiment, experimentNetwork, requireFit } from '../../../../main/runs/experiment/check.ts';
import { experimentSchema, type Experiment } from '../../../../main/runs/experiment/experiment.ts';
import { parseExperiment } from '../../../../main/runs/experiment/parse.ts';
import { jsonSchema } from '../../../../main/runs/experiment/schema.ts';
import { enginesOf } from '../../../../main/runs/experiment/engines.ts';
import { applySetting } from '../../../../main/runs/experiment/settings.ts';
import { methodNames } from '../../../../main/training/methods/table.ts';

const cifar10: DatasetInfo = {
  name: 'cifar10',
  shape: [32, 32, 3],
  classes: Array.from({ length: 10 }, (_, i) => `class ${i}`),
  trainSamples: 50_000,
  testSamples: 10_000,
};

function failure(run: () => unknown): SluiceError {
  try {
    run();
  } catch (error) {
    if (error instanceof SluiceError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

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

describe('checkExperiment', () => {
  it('takes a budget up to the maps at the cut', () => {
    const phases = (budget: number): object => ({ phases: [{ budget, epochs: 1 }] });
    expect(() => checkExperiment(parseExperiment(phases(128)), cifar10)).not.toThrow();
    expect(failure(() => checkExperiment(parseExperiment(phases(129)), cifar10)).message).toBe(
      'phases.0.budget is 129: expected at most 128, the maps at layer 5, or "full"',
    );
    const narrow = parseExperiment({ ...phases(40), model: { width: 0.5 }, split: { module: { features: 2 } } });
    expect(failure(() => checkExperiment(narrow, cifar10)).message).toMatch(/at most 32/);
  });

  it('wants no phase that has all maps again, whichever way it says so, before it is launched', () => {
    const all = parseExperiment({ model: { width: 0.25 }, method: 'prune' });
    // Layer 5 of a quarter of VGG11 has 32 maps, as many as the second phase of prune.
    expect(failure(() => checkExperiment(all, cifar10)).message).toBe(
      'phases.1.budget is 32: expected less than the phase before, which has all 32 maps at layer 5',
    );
    expect(() => requireFit(all, cifar10)).not.toThrow();
    const rising = (first: number): Experiment =>
      parseExperiment({
        model: { width: 0.25 },
        phases: [
          { budget: first, epochs: 1 },
          { budget: 'full', epochs: 1 },
        ],
      });
    expect(failure(() => checkExperiment(rising(32), cifar10)).message).toMatch(
      /^phases\.1\.budget is "full": expected more/,
    );
    expect(() => checkExperiment(rising(31), cifar10)).not.toThrow();
    expect(() => checkExperiment(parseExperiment({ method: 'full', model: { width: 0.25 } }), cifar10)).not.toThrow();
  });

  it('wants a cut the network has and images it can take', () => {
    const beyond = parseExperiment({ split: { layer: 20 } });
    expect(failure(() => checkExperiment(beyond, cifar10))).toMatchObject({ path: 'split.layer' });
    const mnist = { ...cifar10, name: 'mnist', shape: [28, 28, 1] as const };
    expect(failure(() => checkExperiment(parseExperiment({}), mnist))).toMatchObject({ path: 'model.name' });
  });

  it('wants no more images than there are', () => {
    const experiment = parseExperiment({ dataset: { trainSamples: 60_000, testSamples: 20_000 } });
    expect(failure(() => checkExperiment(experiment, cifar10)).message).toMatch(
      /dataset\.trainSamples is 60000: expected at most 50000.*\n.*dataset\.testSamples is 20000/,
    );
    const all = parseExperiment({ dataset: { trainSamples: 50_000, testSamples: 10_000 } });
    expect(() => checkExperiment(all, cifar10)).not.toThrow();
    const few = (trainSamples: number): DatasetInfo => ({ ...cifar10, trainSamples });
    expect(failure(() => checkExperiment(parseExperiment({}), few(15))).message).toBe(
      'batchSize is 16: expected at most 15, the training images of cifar10',
    );
    expect(() => checkExperiment(parseExperiment({}), few(16))).not.toThrow();
  });

  it('wants a batch of images that are not held out', () => {
    const held = parseExperiment({ validation: 0.5 });
    const few = (trainSamples: number): DatasetInfo => ({ ...cifar10, trainSamples });
    expect(failure(() => checkExperiment(held, few(30))).message).toBe(
      'batchSize is 16: expected at most 15, the training images of cifar10 that are not held out',
    );
    expect(() => checkExperiment(held, few(32))).not.toThrow();
  });

  it('wants an image for every source', () => {
    const among = (trainSamples: number): Experiment =>
      parseExperiment({ dataset: { trainSamples }, batchSize: 1, sources: { count: 6 } });
    expect(() => checkExperiment(among(6), cifar10)).not.toThrow();
    expect(failure(() => checkExperiment(among(5), cifar10)).message).toMatch(
      /^sources\.count is 6: expected at most 5/,
    );
  });

  it('wants codecs that this Node has', () => {
    const experiment = parseExperiment({ codec: { up: 'float16+zstd', full: { name: 'int8+zstd' } } });
    const check = (): void => checkExperiment(experiment, cifar10);
    vi.spyOn(compressions[1], 'available').mockReturnValue(true);
    expect(check).not.toThrow();
    vi.spyOn(compressions[1], 'available').mockReturnValue(false);
    expect(failure(check).message).toMatch(
      /codec\.up is "float16\+zstd": expected one of float32, float32\+deflate, .*which this Node .* has\n {2}codec\.full is "int8\+zstd"/,
    );
    vi.restoreAllMocks();
  });

  it('wants a codebook that is smaller than what it saves, of the batches of each phase', () => {
    // At layer 5 of a quarter of VGG11 there are 32 maps of 8 × 8 values: 16 images with 2 of them are 8,192 bytes.
    const using = (codec: object): Experiment =>
      parseExperiment({
        model: { width: 0.25 },
        phases: [
          { budget: 2, epochs: 1 },
          { budget: 'full', epochs: 1 },
        ],
        codec,
      });
    const up = (codewords: number) => ({ up: { name: 'codebook', length: 8, codewords } });
    expect(() => checkExperiment(using(up(217)), cifar10)).not.toThrow();
    expect(() => checkExperiment(using({ full: up(257).up }), cifar10)).not.toThrow();
    expect(failure(() => checkExperiment(using(up(257)), cifar10)).message).toBe(
      'codec.up is "codebook": expected a codebook smaller than what it saves: it has 8224 bytes, its codes 288, and a ' +
        'batch of [16, 8, 8, 2] as it is 8192. Take fewer codewords or groups, or a larger batch',
    );
    const all = {
      up: up(257).up,
      down: { name: 'codebook+deflate', codewords: 4096 },
      full: { name: 'codebook', codewords: 4096 },
    };
    const paths = failure(() => checkExperiment(using(all), cifar10)).message.match(/codec\.\w+/g);
    expect(paths).toEqual(['codec.up', 'codec.down', 'codec.full']);
  });

  it('makes the network for the images of the data set', () => {
    const { network, cut } = experimentNetwork(
      parseExperiment({ method: 'raw-image', model: { name: 'cnn' } }),
      cifar10,
    );
    expect(network).toMatchObject({ name: 'cnn', input: [32, 32, 3], classes: 10 });
    expect(cut).toEqual({ layer: 0, module: null });
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
