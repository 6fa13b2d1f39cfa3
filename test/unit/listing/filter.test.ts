import { describe, expect, it } from 'vitest';
import { experimentSchema } from '../../../main/runs/experiment/experiment.ts';
import { jsonSchema } from '../../../main/runs/experiment/schema.ts';
import type { JsonSchema } from '../../../main/api.ts';
import { columnNamed, runColumns } from '../../../main/listing/columns.ts';
import { completionsAt } from '../../../main/listing/filter/complete.ts';
import { filterRuns, readFilter } from '../../../main/listing/filter/filter.ts';
import { parseExperiment } from '../../../main/runs/experiment/parse.ts';
import { fakeRun } from '../../support/fake-entries.ts';
import { leaves } from '../../support/schema-leaves.ts';

const experiment = parseExperiment({ optimiser: { learningRate: 0.05 }, sources: { count: 2, skew: 0.5 } });
const runs = [
  fakeRun(1, { name: 'wide', method: 'prune', bestAccuracy: 0.5, bytesUp: 15e6, bytesDown: 5e6, tags: ['figure8'] }),
  fakeRun(2, { name: 'r = 3', bestAccuracy: 0.81, experiment, budgets: [2, 16, null], seed: 2, status: 'running' }),
  fakeRun(3, { name: 'narrow', bestAccuracy: null, tags: ['lr 1e-3', 'kept'], error: 'NaN', status: 'failed' }),
  fakeRun(4, { name: 'old', createdAt: new Date('2026-03-01T12:00').getTime(), archived: true, seed: 7 }),
  fakeRun(5, { name: 'other', project: 'vision', bestAccuracy: 0.9, budgets: [null] }),
];
const everywhere = { project: null };

function found(text: string, scope: { project: string | null } = { project: 'default' }): number[] {
  const filter = readFilter(text);
  if (filter.problem) throw new Error(filter.problem.text);
  return filterRuns(runs, filter, scope).runs.map(({ number }) => number);
}

function problem(text: string): string {
  return readFilter(text).problem?.text ?? 'none';
}

describe('a filter', () => {
  it('finds by values in their units', () => {
    expect(found('best > 50 %')).toEqual([2]);
    expect(found('best >= 0.5 and best<=81%')).toEqual([1, 2]);
    expect(found('bytes = 20 MB')).toEqual([1]);
    expect(found('sent < 20.1MB and up > 14 MB')).toEqual([1]);
    expect(found('took > 20 min and took < 0.5 h')).toEqual([1, 2, 3]);
    expect(found('created = 2026-03-01 archived = yes')).toEqual([4]);
    expect(found('created > "2026-03-01 11:59" archived = yes created <= 2026-03-01')).toEqual([4]);
  });

  it('finds by any setting, by its path or a shorter name, as a list and as a range', () => {
    expect(found('lr in [0.01, 0.05] and sources.count != 1')).toEqual([2]);
    expect(found('optimiser.learningRate in 0.02..0.05')).toEqual([2]);
    expect(found('seed in [1, 3..9]', everywhere)).toEqual([1, 3, 5]);
    expect(found('seed not in [1]')).toEqual([2]);
    expect(found('skew = none')).toEqual([1, 3]);
    expect(found('skew != none')).toEqual([2]);
    expect(found('augment = no')).toEqual([]);
  });

  it('asks of a list whether one of it fits', () => {
    expect(found('budget = full and budget = 16')).toEqual([2]);
    expect(found('budget > 16 and budget < 3')).toEqual([2]);
    expect(found('tag: figure8')).toEqual([1]);
    expect(found('tag: figure')).toEqual([]);
    expect(found('tag != kept')).toEqual([1, 2]);
    expect(found('tags = none')).toEqual([2]);
    expect(found('tag: "LR 1e-3"')).toEqual([3]);
  });

  it('joins, negates and brackets', () => {
    expect(found('status = failed or best > 60 % and seed = 2')).toEqual([2, 3]);
    expect(found('(status = failed or best > 40 %) and seed = 1')).toEqual([1, 3]);
    expect(found('not (status = failed) not best > 60 %')).toEqual([1]);
  });

  it('finds words wherever they stand, and text by its parts and by expressions', () => {
    expect(found('')).toEqual([1, 2, 3]);
    expect(found('WIDE prune')).toEqual([1]);
    expect(found('"r = 3"')).toEqual([2]);
    expect(found('#3')).toEqual([3]);
    expect(found("name: row and error: 'an'")).toEqual([3]);
    expect(found('name ~ "^(wide|narrow)$"')).toEqual([1, 3]);
    expect(found('name !~ ^w')).toEqual([2, 3]);
  });

  it('looks at the project and at what is not archived unless it speaks of that itself', () => {
    const all = readFilter('');
    expect(filterRuns(runs, all, { project: 'default' })).toMatchObject({ archived: 1, elsewhere: 1 });
    expect(found('', everywhere)).toEqual([1, 2, 3, 5]);
    expect(found('project = vision')).toEqual([5]);
    expect(found('archived = yes')).toEqual([4]);
    expect(found('archived != no seed = 7')).toEqual([4]);
  });

  it('says where it cannot be read, of which column, and what was expected', () => {
    expect(problem('best > blue')).toBe('Position 8: expected a share such as 50 % or 0.5 for best, not "blue".');
    expect(problem('best > 50')).toMatch(/^Position 8: expected a share/);
    expect(problem('seed = 1 and bytes <')).toBe(
      'Position 21: expected a size such as 20 MB for bytes, the filter ends.',
    );
    expect(problem('bytes < 20 furlongs')).toMatch(/^Position 12: expected one of the units b kb mb .* or "and", not/);
    expect(problem('bytes < 20 and deprune')).toBe('none');
    expect(problem('bytes < 20 seed = 1')).toBe('none');
    expect(problem('lernrate = 1')).toMatch(/^Position 1: there is no column "lernrate"\./);
    expect(problem('learningrat = 1')).toMatch(/Did you mean learningRate\?$/);
    expect(problem('name < b')).toBe('Position 6: name takes one of = != : ~ !~ in not in, not "<".');
    expect(problem('lr in [0.01 0.05]')).toBe('Position 13: expected "," or "]", not "0.05".');
    expect(problem('(seed = 1')).toMatch(/^Position 10: expected "\)"/);
    expect(problem('seed = 1)')).toMatch(/^Position 9: "\)" closes nothing/);
    expect(problem('seed = 1 and')).toMatch(/^Position 13: expected a condition/);
    expect(problem('name ~ "("')).toMatch(/^Position 8: name is to fit a regular expression/);
    expect(problem('name in a..b')).toMatch(/^Position 9: expected a list/);
    expect(problem('created > soon')).toMatch(/expected a day such as 2026-11-30/);
  });
});

describe('what is offered while a filter is typed', () => {
  const offered = (text: string): string[] => completionsAt(text, text.length, runs).items.map((item) => item.text);

  it('is columns, then signs, then values of the runs, then joints', () => {
    expect(offered('st')[0]).toBe('status');
    expect(offered('lr')[0]).toBe('lr');
    expect(offered('learn')[0]).toBe('learningRate');
    expect(offered('best ')[0]).toBe('=');
    expect(offered('status ')).toContain('not in');
    expect(offered('status = ')).toEqual(['finished', 'running', 'failed']);
    expect(offered('tag: ')).toContain('"lr 1e-3"');
    expect(offered('tag: lr')).toEqual(['"lr 1e-3"']);
    expect(offered('lr in ')).toContain('[');
    expect(offered('lr in [')).toEqual(['0.01', '0.001', '0.05']);
    expect(offered('budget = f')).toEqual(['full']);
    expect(offered('status = failed ').slice(0, 2)).toEqual(['and', 'or']);
    expect(offered('status = failed and see')[0]).toBe('seed');
    expect(offered('best > ')).toEqual([]);
  });

  it('takes the place of the word under the caret', () => {
    expect(completionsAt('sta = failed', 2, runs)).toMatchObject({ from: 0, to: 3 });
    expect(completionsAt('best > 50 % and ', 16, runs)).toMatchObject({ from: 16, to: 16 });
  });
});

it('every setting of an experiment has a column', () => {
  const without = ['$schema', 'name', 'notes', 'seeds', 'sweep', 'search'];
  const known = (path: string): boolean =>
    runColumns.some(({ name }) => path === name || (name !== '' && path.startsWith(`${name}.`)));
  const paths = leaves(jsonSchema(experimentSchema) as JsonSchema).filter(
    (path) => !without.includes(path.split('.')[0]),
  );
  expect(paths.filter((path) => !known(path))).toEqual([]);
  const names = runColumns.flatMap(({ name, aliases = [] }) => [name, ...aliases].map((each) => each.toLowerCase()));
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  expect(columnNamed('LR')?.name).toBe('optimiser.learningRate');
});
