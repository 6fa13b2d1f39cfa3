import { expect, it } from 'vitest';
import { countTests, countWords } from '../../../scripts/count-tests.ts';
import { skippedTitle } from '../../support/reasons.ts';

const file = (status: string, ...tests: [status: string, fullName: string][]) => ({
  name: 'a.test.ts',
  status,
  assertionResults: tests.map(([state, fullName]) => ({ status: state, fullName })),
});

it('counts tests, and those skipped by their reasons', () => {
  const count = countTests({
    testResults: [
      file(
        'passed',
        ['passed', 'adds'],
        ['passed', 'subtracts'],
        ['skipped', `${skippedTitle('links', 'Windows')} are kept`],
      ),
      file('failed', ['failed', 'divides'], ['pending', skippedTitle('an engine', 'no BLAS')]),
      file('passed', ['skipped', skippedTitle('modes', 'Windows')]),
    ],
  });
  expect(count.unexplained).toEqual([]);
  expect(countWords(count)).toEqual(['2 skipped: Windows', '1 skipped: no BLAS', '2 passed, 1 failed, 3 skipped']);
});

it('a test that is skipped without a reason, or for one that is not allowed, is named', () => {
  const names = ['an engine convolves', 'a client (skipped: too slow) trains', 'later'];
  const { unexplained, skipped } = countTests({
    testResults: [file('passed', ['skipped', names[0]], ['skipped', names[1]], ['todo', names[2]])],
  });
  expect(unexplained).toEqual(names);
  expect(skipped.size).toBe(0);
});

it('a file that could not be loaded is a failure', () => {
  expect(countTests({ testResults: [file('failed'), file('failed', ['skipped', 'never begun'])] }).failed).toBe(2);
});
