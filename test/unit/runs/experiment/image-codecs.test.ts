import { expect, it } from 'vitest';
import { imageCodecProblems } from '../../../../main/runs/experiment/image-codecs.ts';
import type { ExperimentInput } from '../../../../main/runs/experiment/experiment.ts';
import { parseExperiment } from '../../../../main/runs/experiment/parse.ts';
import { syntheticInfo } from '../../../../main/data/synthetic.ts';

const info = { ...syntheticInfo, trainSamples: 50_000 };

function problems(input: ExperimentInput): string[] {
  const experiment = parseExperiment({ dataset: { augment: false }, ...input });
  return imageCodecProblems(experiment, info, { sent: [8, 8, 128], clientTrains: true, classes: 10 }).map(
    ({ path, text }) => `${path} ${text}`,
  );
}

const twice = [
  { budget: 4, epochs: 2 },
  { budget: 'full', epochs: 1 },
] as const;

it('is no problem where images come again as they were', () => {
  expect(problems({ codec: { up: 'rans+delta', down: 'top-k+ef21' }, phases: [...twice] })).toEqual([]);
  expect(problems({ dataset: { augment: true }, codec: { up: 'rans' } })).toEqual([]);
});

it('is one where augmentation changes them, whichever codec asks for it', () => {
  const given = { dataset: { augment: true }, phases: [...twice] };
  expect(problems({ ...given, codec: { down: 'int8+ef21' } })).toEqual([
    'dataset.augment is true: expected false with codec.down "int8+ef21", which compares an image with the one before',
  ]);
});

it('is one where every image crosses once: in phases of that budget alone, and in each training', () => {
  const once = 'another codec, or phases of two epochs together: every image crosses only once';
  expect(
    problems({ codec: { full: 'int8+delta' }, phases: [...twice], dataset: { augment: false, trainSamples: 100 } }),
  ).toEqual([`codec.full is "int8+delta": expected ${once}`]);
  const phases = [
    { budget: 2, epochs: 1 },
    { budget: 4, epochs: 1 },
  ];
  expect(problems({ codec: { up: 'int8+delta' }, phases })).toEqual([]);
  expect(problems({ codec: { up: 'int8+delta' }, phases, method: 'scratch' })).toHaveLength(1);
});

it('is one where not all images fit into the memory', () => {
  const phases = [{ budget: 'full' as const, epochs: 2 }];
  // 4 · 8,192 + 8 · 128 + 64 bytes each.
  expect(problems({ codec: { full: 'int8+delta' }, phases })).toEqual([
    'codec.full is "int8+delta": expected another codec, fewer images or fewer maps: 50000 images of 128 maps take 1615 MiB ' +
      'at both ends, and 63 are kept',
  ]);
  const most = Math.floor((63 * 2 ** 20) / 33_856);
  const of = (trainSamples: number) =>
    problems({ codec: { full: 'int8+delta' }, phases, dataset: { augment: false, trainSamples } });
  expect([of(most).length, of(most + 1).length]).toEqual([0, 1]);
  expect(
    problems({
      codec: { full: 'int8+delta' },
      phases,
      dataset: { augment: false, trainSamples: 2 * most },
      sources: { count: 2 },
    }),
  ).toEqual([]);
});

it('counts the epochs of phases that have the codec of their own, and names these', () => {
  const once = 'another codec, or phases of two epochs together: every image crosses only once';
  const own = { codec: { up: 'int8+delta' } } as const;
  const dataset = { augment: false, trainSamples: 100 };
  expect(problems({ phases: [twice[0], { ...twice[1], ...own }], dataset })).toEqual([
    `phases.1.codec.up is "int8+delta": expected ${once}`,
  ]);
  expect(problems({ phases: twice.map((phase) => ({ ...phase, ...own })), dataset })).toEqual([]);
  expect(problems({ phases: [twice[0], { ...twice[1], ...own }], method: 'full', dataset })).toEqual([]);
});
