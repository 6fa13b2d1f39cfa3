import { expect, it } from 'vitest';
import { dressed } from '../../../main/charts/drawable/dressed.ts';
import { trainingsOf } from '../../../main/charts/trainings.ts';
import { line } from '../../../main/cli/arguments.ts';
import { epoch, run } from '../../support/chart-data.ts';

const trainings = trainingsOf([
  run(1, 'deprune', { seed: 1, epochs: [epoch(0, 0.5)] }),
  run(2, 'deprune', { seed: 2, epochs: [epoch(0, 0.6)] }),
  run(3, 'full', { epochs: [epoch(0, 0.7)] }),
]);

it('lines of a picture have the order, the names and the colours that are asked for', () => {
  const lines = line('deprune=Ours:#d55e00', line('full:#000000'));
  const { trainings: now, colours } = dressed(trainings, lines);
  expect(now.map(({ family, label }) => [family, label])).toEqual([
    ['full', 'full'],
    ['Ours', 'Ours, seed 1'],
    ['Ours', 'Ours, seed 2'],
  ]);
  expect(colours).toEqual({ full: '#000000', Ours: '#d55e00' });
  expect(dressed(trainings, [{ line: 'full' }]).trainings[0].family).toBe('full');
});

it('a line that is not there is refused with those that are', () => {
  expect(() => dressed(trainings, [{ line: 'prune' }])).toThrow(
    'There is no line "prune". There are "deprune", "full".',
  );
});
