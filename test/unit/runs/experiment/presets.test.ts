import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkExperiment } from '../../../../main/runs/experiment/check.ts';
import { experimentSchema, type Experiment } from '../../../../main/runs/experiment/experiment.ts';
import { listPresets, loadExperiments, loadPreset, presetSchema } from '../../../../main/runs/experiment/presets.ts';
import { fileSchema } from '../../../../main/runs/experiment/schema.ts';

const presets = listPresets();
const images: Readonly<Record<string, { side: number; classes: number; samples: number }>> = {
  synthetic: { side: 32, classes: 10, samples: 2000 },
  cifar10: { side: 32, classes: 10, samples: 50_000 },
  stl10: { side: 96, classes: 10, samples: 5000 },
  imagenet100: { side: 224, classes: 100, samples: 130_000 },
};

function check(experiment: Experiment): void {
  const dataset = images[experiment.dataset.name];
  if (!dataset) throw new Error(`a preset needs the unknown data set ${experiment.dataset.name}`);
  checkExperiment(experiment, {
    name: experiment.dataset.name,
    shape: [dataset.side, dataset.side, 3],
    classes: Array.from({ length: dataset.classes }, String),
    trainSamples: dataset.samples,
    testSamples: dataset.samples,
  });
}

describe('the presets', () => {
  it('are the quickstart and the figures 4 to 16', () => {
    expect(presets[0]?.name).toBe('quickstart');
    expect(presets.flatMap(({ figures }) => figures)).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
  });

  it.each(presets.map(({ name }) => name))('%s can be run, and its small variant is smaller', (name) => {
    const whole = loadPreset(name).experiments;
    const small = loadPreset(name, { small: true }).experiments;
    for (const experiment of [...whole, ...small]) check(experiment);
    expect(new Set(whole.map((experiment) => experiment.name)).size).toBe(whole.length);
    expect(small.map((experiment) => experiment.name)).toEqual(whole.map((experiment) => experiment.name));
    if (name !== 'quickstart')
      small.forEach((experiment, i) => expect(work(experiment)).toBeLessThan(work(whole[i]) / 2));
  });

  it('run in processes of their own, unless asked to be in one, which those of the testbed cannot', () => {
    const processes = (names: readonly string[], settings: readonly string[]): Set<string> =>
      new Set(names.flatMap((name) => loadPreset(name, { settings }).experiments.map((one) => one.processes)));
    const names = presets.map(({ name }) => name);
    const testbed = new Set(['figure-4', 'figure-6']);
    expect(processes(names, [])).toEqual(new Set(['separate']));
    const others = names.filter((name) => !testbed.has(name));
    expect(processes(others, ['processes=one'])).toEqual(new Set(['one']));
    for (const name of testbed) expect(() => loadPreset(name, { settings: ['processes=one'] })).toThrow(/link is/);
  });

  it('compare methods over the same number of epochs where they are of one size', () => {
    for (const name of ['quickstart', 'figure-8', 'figure-9', 'figure-10', 'figure-11']) {
      for (const small of [false, true]) {
        expect(new Set(loadPreset(name, { small }).experiments.map(epochs)).size).toBe(1);
      }
    }
  });
});

/** Sample passes, times the square of the width: roughly the time a run takes. */
function work(experiment: Experiment | undefined): number {
  if (!experiment) return NaN;
  const samples = experiment.dataset.trainSamples ?? images[experiment.dataset.name]?.samples ?? NaN;
  return samples * epochs(experiment) * experiment.model.width ** 2;
}

function epochs({ phases }: Experiment): number {
  return phases.reduce((sum, phase) => sum + phase.epochs, 0);
}

describe('loadPreset', () => {
  it('has the settings of the paper', () => {
    expect(loadPreset('figure-8').experiments[0]).toMatchObject({
      method: 'deprune',
      dataset: { name: 'cifar10' },
      model: { name: 'vgg11', width: 1 },
      split: { layer: 5 },
      phases: [
        { budget: 4, epochs: 15 },
        { budget: 'full', epochs: 7 },
      ],
      optimiser: { learningRate: 0.01, momentum: 0, weightDecay: 5e-4 },
      batchSize: 16,
    });
    expect(loadPreset('figure-12').experiments[0]?.optimiser).toMatchObject({ learningRate: 1e-3, momentum: 0.9 });
  });

  it('finds the file of a figure that shares it with another', () => {
    expect(loadPreset('figure-5').name).toBe('figure-4');
  });

  it('applies settings to every experiment', () => {
    const { experiments } = loadPreset('figure-8', { small: true, settings: ['dataset.trainSamples=100'] });
    expect(experiments.map(({ dataset }) => dataset.trainSamples)).toEqual([100, 100, 100]);
  });

  it('names the presets there are when asked for another', () => {
    expect(() => loadPreset('figure-3')).toThrow(/no preset "figure-3".* Take one of quickstart, figure-4/);
  });
});

describe('loadExperiments', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-presets-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function file(content: string): string {
    const path = join(folder, 'mine.json');
    writeFileSync(path, content);
    return path;
  }

  it('takes a file of one experiment', () => {
    const path = file('{"$schema": "x", "name": "my run", "method": "full"}');
    expect(loadExperiments(path)).toMatchObject({ name: 'mine', title: 'my run', experiments: [{ method: 'full' }] });
    expect(() => loadExperiments(path, { small: true })).toThrow(/mine\.json: .*no small variant/);
  });

  it('takes no file that holds something else than an object for the default experiment', () => {
    for (const content of ['[]', 'null', '"full"', '3']) {
      expect(() => loadExperiments(file(content))).toThrow(/mine\.json: holds no JSON object/);
    }
  });

  it('reads past the mark that some editors put before the text', () => {
    expect(loadExperiments(file('\ufeff{"name": "marked"}')).title).toBe('marked');
  });

  it('refuses a field that stands in it twice, and text that is not UTF-8', () => {
    const twice = file('{"phases": [{"budget": 1, "epochs": 1}, {"budget": 4, "epochs": 2, "epochs": 3}]}');
    expect(() => loadExperiments(twice)).toThrow(/mine\.json: has "phases\.1\.epochs" twice: leave one of them out$/);
    expect(() => loadExperiments(file('{"a\\u0062": 1, "ab": 2}'))).toThrow(/has "ab" twice/);
    const latin = join(folder, 'latin.json');
    writeFileSync(latin, Buffer.from('{\n"name": "Gr\u00f6\u00dfe"}', 'latin1'));
    expect(() => loadExperiments(latin)).toThrow(/latin\.json: is not UTF-8 text from line 2 on: save it as UTF-8$/);
  });

  it('takes for the same field only what is one, and a byte order mark for nothing', () => {
    const alike =
      '{"name": "a, \\"name\\": {", "gate": {"delta": 0.1}, "sources": {"count": 1}, "phases": [{"budget": 1, "epochs": 1}]}';
    expect(loadExperiments(file(`\ufeff${alike}`)).experiments[0].name).toBe('a, "name": {');
  });

  it('does not blame the file for what was set', () => {
    const path = file('{"name": "my run"}');
    expect(() => loadExperiments(path, { settings: ['threads=0'] })).toThrow(/^threads is 0: expected from 1 to 256$/);
    expect(() => loadExperiments(path, { settings: ['threads'] })).toThrow(/^"threads" is not a setting/);
  });

  it('names the file and the field when something is wrong', () => {
    expect(() => loadExperiments(join(folder, 'none.json'))).toThrow(/none\.json: cannot be read as JSON: ENOENT/);
    expect(() => loadExperiments(file('{'))).toThrow(/mine\.json: cannot be read as JSON/);
    expect(() => loadExperiments(file('{"batchSize": 0}'))).toThrow(
      /mine\.json: batchSize is 0: expected from 1 to 4096/,
    );
    expect(() => loadExperiments(file('{"title": "x", "experiments": [{}]}'))).toThrow(
      /mine\.json: .*\n {2}description is missing.*\n {2}experiments\.0\.experiment is missing/,
    );
    const phase = '{"budget": 4, "epoch": 1}';
    expect(() =>
      loadExperiments(
        file(`{"title": "x", "description": "", "experiments": [{"experiment": {"phases": [${phase}]}}]}`),
      ),
    ).toThrow(/experiments\.0\.experiment\.phases\.0\.epoch is not a field: expected budget, epochs/);
  });
});

describe('the published JSON Schemas', () => {
  it.each(Object.entries({ experiment: experimentSchema, preset: presetSchema }))(
    '%s is that of the code',
    (name, schema) => {
      const published: unknown = JSON.parse(
        readFileSync(new URL(`../../../../resources/${name}.schema.json`, import.meta.url), 'utf8'),
      );
      expect(published).toEqual(JSON.parse(JSON.stringify(fileSchema(schema))));
    },
  );
});
