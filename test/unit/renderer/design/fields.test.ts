import { describe, expect, it } from 'vitest';
import { examine } from '../../../../main/lab/design/examine.ts';
import { experimentSchema, type Experiment } from '../../../../main/runs/experiment/experiment.ts';
import { parseExperiment } from '../../../../main/runs/experiment/parse.ts';
import { jsonSchema } from '../../../../main/runs/experiment/schema.ts';
import {
  choiceLabel,
  choiceOf,
  fieldLabel,
  fields,
  problemSentence,
  shownValue,
} from '../../../../renderer/pages/design/fields.ts';
import { useHome } from '../../../support/datasets.ts';
import { glossary } from '../../../../renderer/pages/design/glossary.ts';
import { fieldSchema } from '../../../../renderer/pages/design/schema.ts';
import { hasFields } from '../../../../main/fields.ts';

const schema = jsonSchema(experimentSchema) as Record<string, unknown>;

function leaves(value: unknown, path = ''): string[] {
  if (!hasFields(value)) return [path];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`));
}

describe('fields of the form', () => {
  it('are fields of an experiment, and glossary entries belong to one', () => {
    for (const path of [...Object.keys(fields), ...Object.keys(glossary)]) {
      expect(fieldSchema(schema, path), path).not.toBeNull();
      expect(fields[path], path).toBeDefined();
    }
  });

  it('cover every field there is', () => {
    const whole: Experiment = parseExperiment({
      link: { up: 1, down: 1 },
      threads: 1,
      checkpointSteps: 1,
      dataset: { trainSamples: 16, testSamples: 1 },
      sources: { skew: 1, averageEpochs: 1, threads: 1 },
    });
    expect(leaves(whole).filter((path) => !(path in fields))).toEqual([]);
  });

  it('have choices in words for those the schema knows', () => {
    for (const path of Object.keys(fields)) {
      const known = fieldSchema(schema, path)?.choices ?? [];
      for (const choice of Object.keys(fields[path].choices ?? {})) expect(known, path).toContain(choice);
    }
    const up = fieldSchema(schema, 'codec.up');
    expect(choiceLabel('codec.up', 'int8+zstd', up)).toBe('int8 + zstd');
    expect(choiceLabel('codec.up', 'float16', up)).toBe('float16, half the bytes');
    expect(up?.hints['int8+zstd']).toBe(up?.hints['int8']);
    expect([choiceOf('int8'), choiceOf({ name: 'int8' }), choiceOf(3)]).toEqual(['int8', 'int8', undefined]);
    expect(choiceLabel('model.name', 'vgg11')).toBe('vgg11');
  });
});

describe('the schema of a field', () => {
  it('gives help, limits and kind', () => {
    expect(fieldSchema(schema, 'split.module.resolution')).toMatchObject({ kind: 'integer', minimum: 1, maximum: 8 });
    expect(fieldSchema(schema, 'optimiser.momentum')).toMatchObject({ maximum: 1, openAbove: true, openBelow: false });
    expect(fieldSchema(schema, 'model.name')?.choices).toContain('vgg11');
    expect(fieldSchema(schema, 'dataset.augment')?.kind).toBe('switch');
    expect(fieldSchema(schema, 'link.rttMs')?.description).toBe('Round-trip time in milliseconds');
    expect(fieldSchema(schema, 'phases.0.epochs')?.minimum).toBe(1);
    expect(fieldSchema(schema, 'nothing.at.all')).toBeNull();
  });

  it('knows what the named links stand for', () => {
    const { choices, examples } = fieldSchema(schema, 'link')!;
    expect(choices).toHaveLength(examples.length);
    expect(examples[choices.indexOf('wifi6')]).toMatchObject({ up: 400, shared: true });
  });
});

describe('words', () => {
  it('name phases and seeds by their place', () => {
    expect(fieldLabel('phases.1.budget')).toBe('Phase 2, budget');
    expect(fieldLabel('seeds.0')).toBe('Seed 1');
  });

  it('make sentences of the problems the lab finds', () => {
    useHome();
    const sentence = (input: object): string => {
      const { path, text } = examine(input, { list: () => [], epochs: () => [] }).problems[0];
      return problemSentence(path, text);
    };
    expect(sentence({ batchSize: 0 })).toBe('Expected from 1 to 4096.');
    expect(sentence({ split: { layer: 40 } })).toBe('vgg11 can be cut at layers 0 to 14.');
    expect(sentence({ model: { name: 'mlp' }, split: { layer: 9 } })).toBe('mlp can be cut at layers 0 to 4.');
    expect(sentence({ dataset: { name: 'cifar10' } })).toBe(
      'This data set is not downloaded yet, get it on the Data page.',
    );
  });

  it('show values', () => {
    expect(
      shownValue([
        { budget: 4, epochs: 6 },
        { budget: 'full', epochs: 3 },
      ]),
    ).toBe('4 × 6, full × 3');
    expect([undefined, null, true, [1, 2]].map(shownValue)).toEqual(['default', 'none', 'on', '1, 2']);
  });
});
