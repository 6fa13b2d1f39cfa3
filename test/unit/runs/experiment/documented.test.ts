import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadExperiments } from '../../../../main/runs/experiment/presets.ts';
import { temporaryFolder } from '../../../support/run-store.ts';

const experiments = readdirSync('docs')
  .filter((file) => file.endsWith('.md'))
  .flatMap((file) =>
    [...readFileSync(join('docs', file), 'utf8').matchAll(/```json\n(.*?)```/gs)]
      .map(([, json]) => ({ file, json }))
      .filter(({ json }) => /"(method|experiments)":/.test(json)),
  );

it.each(experiments)('an experiment of docs/$file runs as printed', ({ json }) => {
  const path = join(temporaryFolder(), 'printed.json');
  writeFileSync(path, json);
  expect(loadExperiments(path).experiments.length).toBeGreaterThan(0);
});

it('those of the results are among them', () => {
  expect(experiments.filter(({ file }) => file === 'results.md')).toHaveLength(2);
});
