import { expect, it } from 'vitest';
import { groupsOf, inOrderMade } from '../../../../renderer/pages/compare/picker.ts';
import { fakeRun } from '../../../support/fake-entries.ts';

const runs = [fakeRun(3), fakeRun(2, { group: 'figure-8' }), fakeRun(1, { group: 'figure-8' })];

it('names what was launched together once', () => {
  expect(groupsOf(runs)).toEqual(['quickstart', 'figure-8']);
});

it('lists those chosen as they were made', () => {
  expect(inOrderMade(runs, new Set(['run-1', 'run-3']))).toEqual(['run-3', 'run-1']);
});
