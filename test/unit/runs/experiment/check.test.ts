import { describe, expect, it, vi } from 'vitest';
import type { DatasetInfo } from '../../../../main/data/source.ts';
import { compressions } from '../../../../main/offload/codecs/compression.ts';
import { checkExperiment, experimentNetwork, requireFit } from '../../../../main/runs/experiment/check.ts';
import { type Experiment } from '../../../../main/runs/experiment/experiment.ts';
import { parseExperiment } from '../../../../main/runs/experiment/parse.ts';
import { failure } from '../../../support/failures.ts';

const cifar10: DatasetInfo = {
  name: 'cifar10',
  shape: [32, 32, 3],
  classes: Array.from({ length: 10 }, (_, i) => `class ${i}`),
  trainSamples: 50_000,
  testSamples: 10_000,
};

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
