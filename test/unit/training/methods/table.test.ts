import { describe, expect, it } from 'vitest';
import { methods } from '../../../../main/training/methods/index.ts';
import type { Method } from '../../../../main/training/methods/method.ts';
import {
  defaultMethod,
  isMethodName,
  methodNamed,
  methodNames,
  trainingFacts,
} from '../../../../main/training/methods/table.ts';
import { planTrainings } from '../../../../main/training/plan.ts';

describe('the table of methods', () => {
  it('has every name once, and finds a method by it', () => {
    expect(new Set(methodNames).size).toBe(methodNames.length);
    for (const method of methods) expect(methodNamed(method.name)).toBe(method);
    expect([isMethodName('prune'), isMethodName('pruned'), isMethodName(null)]).toEqual([true, false, false]);
    expect(defaultMethod).toBe('deprune');
  });

  it('names another method wherever it names one', () => {
    const named = methods.map(({ elsewhere }: Method) => elsewhere).filter((name) => name !== null);
    expect(named).toEqual(['plain-split']);
    expect(named.every(isMethodName)).toBe(true);
  });

  it('spends the epochs of all phases in each of them, phase after phase', () => {
    const phases = [
      { budget: 8, epochs: 5 },
      { budget: 4, epochs: 3 },
      { budget: 'full', epochs: 2 },
    ] as const;
    for (const name of methodNames) {
      const trainings = planTrainings(name, phases, 16);
      expect(trainings.flat().reduce((sum, { epochs }) => sum + epochs, 0)).toBe(10);
      for (const training of trainings) {
        training.reduce((epoch, phase) => {
          expect(phase.firstEpoch).toBe(epoch);
          return epoch + phase.epochs;
        }, 0);
        expect(training[0]).toMatchObject({ reset: null, freshOptimiser: true });
        expect(training.at(-1)?.result).toBe(true);
      }
    }
  });

  it('tells from the trainings what a page needs to know of them', () => {
    const told = (fact: keyof ReturnType<typeof trainingFacts>): string[] =>
      methodNames.filter((name) => trainingFacts(methodNamed(name))[fact]);
    expect(told('oneByOne')).toEqual(['deprune', 'prune', 'scratch']);
    expect(told('newWeights')).toEqual(['scratch']);
    expect(told('makesSet')).toEqual(['prune', 'scratch']);
  });
});
