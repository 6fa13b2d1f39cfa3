import { describe, expect, it } from 'vitest';
import type { EpochData, TrainingData } from '../../../../main/charts/data.ts';
import { drawnTrainings } from '../../../../main/charts/drawable/looks.ts';
import { trainingsOf } from '../../../../main/charts/trainings.ts';
import { formatSpread } from '../../../../main/charts/comparison/measures.ts';
import { formatSaving, resultsOf, usualQuestions, type Result } from '../../../../main/charts/comparison/results.ts';
import { spreadOf } from '../../../../main/charts/comparison/spread.ts';
import { csvTable, latexTable, markdownTable } from '../../../../renderer/pages/compare/table-text.ts';
import { epoch, run } from '../../../support/chart-data.ts';

/** Epochs of so many bytes each, a third of them up. */
function epochs(accuracies: readonly number[], bytes: number): EpochData[] {
  return accuracies.map((accuracy, i) =>
    epoch(i, accuracy, { bytesUp: (bytes / 3) * (i + 1), bytesDown: ((2 * bytes) / 3) * (i + 1) }),
  );
}

const trainings = trainingsOf([
  run(1, 'full', { epochs: epochs([0.3, 0.5, 0.6], 30e6) }),
  run(2, 'deprune', { seed: 1, epochs: epochs([0.2, 0.5, 0.7], 3e6) }),
  run(3, 'deprune', { seed: 2, epochs: epochs([0.2, 0.4, 0.5], 3e6) }),
  run(4, 'queued'),
]);
const looks = Object.fromEntries(
  trainings.map(({ id, family }) => [id, ['full', 'deprune', 'queued'].indexOf(family)]),
);
const questions = { bytes: 6e6, reach: 0.5 };

function result(
  label: string,
  asked = questions,
  base: string | null = null,
  drawn: TrainingData[] = trainings,
): Result {
  return resultsOf(drawn, looks, asked, base).find((each) => each.label === label)!;
}

describe('results', () => {
  it('are one for the seeds of an experiment: their mean and how far they lie apart', () => {
    expect(resultsOf(trainings, looks, questions, null).map(({ label }) => label)).toEqual([
      'full',
      'deprune',
      'queued',
    ]);
    const { best, within, price, total } = result('deprune').values;
    expect(best).toMatchObject({ mean: 0.6, count: 2, of: 2 });
    expect(best!.deviation).toBeCloseTo(Math.sqrt(0.02));
    expect(within).toMatchObject({ mean: 0.45 });
    expect(price).toMatchObject({ mean: 7.5e6 });
    expect(total).toMatchObject({ mean: 9e6, deviation: 0 });
  });

  it('tell what an accuracy costs against the baseline, unless a seed never got there', () => {
    expect(result('deprune').saving).toBe(60e6 / 7.5e6);
    expect(result('full').saving).toBe(1);
    expect(result('full', questions, '0003-deprune/0').saving).toBe(7.5e6 / 60e6);
    const high = { ...questions, reach: 0.6 };
    expect(result('deprune', high)).toMatchObject({ saving: null, values: { price: { count: 1, of: 2 } } });
  });

  it('of a training without a finished epoch are none', () => {
    expect(result('queued')).toMatchObject({ saving: null, values: { best: null, within: null, epochs: null } });
  });

  it('stand for themselves when seeds do not look alike', () => {
    const apart = { ...looks, '0003-deprune/0': 5 };
    const labels = resultsOf(drawnTrainings(trainings, apart), apart, questions, null).map(({ label }) => label);
    expect(labels).toEqual(['full', 'deprune, seed 1', 'deprune, seed 2', 'queued']);
    const rest = { '0001-full/0': 0, '0003-deprune/0': 1, '0004-queued/0': 2 };
    expect(drawnTrainings(trainings, rest).map(({ family }) => family)).toEqual(['full', 'deprune, seed 2', 'queued']);
  });

  it('are at first asked about what nearly all of the baseline takes, however little others learned', () => {
    expect(usualQuestions(trainings, null)).toEqual({ bytes: 9e6, reach: 0.57 });
    expect(usualQuestions(trainings, '0002-deprune/0')).toEqual({ bytes: 9e6, reach: 0.57 });
    expect(usualQuestions(trainings, null, 0.7).reach).toBe(0.7);
    expect(usualQuestions([], null)).toEqual({ bytes: 0, reach: 0 });
  });

  it('count the last epoch at the bytes that are written, and at its own', () => {
    const odd = trainingsOf([run(1, 'odd', { epochs: epochs([0.3, 0.5], 10.07175e6) })]);
    const { bytes } = usualQuestions(odd, null);
    const within = (asked: number): unknown =>
      resultsOf(odd, {}, { bytes: asked, reach: 0.5 }, null)[0].values.within?.mean;
    expect(bytes).toBeCloseTo(20.1435e6);
    expect([bytes, 20.1e6, 20e6].map(within)).toEqual([0.5, 0.5, 0.3]);
  });
});

describe('figures', () => {
  const text = (kind: 'share' | 'bytes' | 'count' | 'number' | 'seconds', ...values: (number | null)[]): string =>
    formatSpread({ kind }, spreadOf(values));

  it('have their deviation in the same unit, where there is one', () => {
    expect(text('share', 0.578)).toBe('57.8 %');
    expect(text('share', 0.57, 0.59)).toBe('58.0 ± 1.4 %');
    expect(text('bytes', 1.2e6, 1.4e6)).toBe('1.30 ± 0.14 MB');
    expect(text('bytes', 56.8e6, 56.8e6)).toBe('56.8 MB');
    expect(text('count', 6, 7)).toBe('6.5 ± 0.7');
    expect(text('seconds', 60, 80)).toBe('1:10 ± 0:14');
    expect(text('number', 600, 800)).toBe('700 ± 141');
  });

  it('say how many got there, or that none did', () => {
    expect(text('bytes', 5e6, null, null)).toBe('5.00 MB (1 of 3)');
    expect(text('share', null)).toBe('–');
  });

  it('of savings say in which direction', () => {
    expect([4.26, 0.5, 1.02, 26.7, null].map(formatSaving)).toEqual([
      '4.3× fewer',
      '2.0× more',
      'the same',
      '27× fewer',
      '–',
    ]);
  });
});

describe('the table of results as text', () => {
  const odd = trainingsOf([run(1, 'a_b & 50% | {x}', { epochs: epochs([0.5], 30e6) })]);
  const results = resultsOf(odd, { '0001-a_b & 50% | {x}/0': 0 }, questions, null);

  it('is Markdown with as many cells in every line', () => {
    const lines = markdownTable(results, questions).split('\n');
    expect(lines).toHaveLength(3);
    const cells = lines.map((line) => line.split(/(?<!\\)\|/).length);
    expect(new Set(cells).size).toBe(1);
    expect(lines[2]).toContain('a_b & 50% \\| {x}');
  });

  it('is LaTeX in which nothing is a command that was not meant', () => {
    const lines = latexTable(results, questions).split('\n');
    expect(lines).toContain('\\midrule');
    expect(lines.find((line) => line.startsWith('a'))).toContain('a\\_b \\& 50\\% | \\{x\\} & 50.0\\,\\% &');
  });

  it('is CSV with all digits', () => {
    const [, , head, row] = csvTable(resultsOf(trainings, looks, questions, null).slice(1, 2), questions).split('\r\n');
    const cells = row.split(',');
    expect(cells).toHaveLength(head.split(',').length);
    expect(Number(cells[head.split(',').indexOf('price')])).toBe(7.5e6);
    expect(cells[0]).toBe('deprune');
  });
});
