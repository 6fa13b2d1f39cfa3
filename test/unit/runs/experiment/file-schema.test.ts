import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { inputField } from '../../../../main/runs/checkpoint/input-metadata.ts';
import { parseExperiment } from '../../../../main/runs/experiment/parse.ts';

interface Published {
  readonly $defs: { readonly Experiment: { readonly properties: object; readonly additionalProperties: false } };
}

it.each(['experiment', 'preset'])('the published schema of a file (%s) has all that an export writes', (name) => {
  const { $defs } = JSON.parse(readFileSync(`resources/${name}.schema.json`, 'utf8')) as Published;
  const facts = { dataset: 'pets', shape: [8, 8, 3] as const, mean: [0, 0, 0], std: [1, 1, 1], classes: ['cat'] };
  const experiment = parseExperiment({ $schema: 'here', threads: 1, checkpointSteps: 5 });
  const exported = { ...experiment, ...inputField(facts) };
  expect($defs.Experiment.additionalProperties).toBe(false);
  expect(Object.keys($defs.Experiment.properties)).toEqual(expect.arrayContaining(Object.keys(exported)));
  expect(parseExperiment(exported)).toEqual(experiment);
});
