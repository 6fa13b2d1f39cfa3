import { methods } from './index.ts';
import type { Method } from './method.ts';

/** What follows from the list of methods alone. */

export type MethodName = (typeof methods)[number]['name'];

export const methodNames = methods.map(({ name }) => name) as [MethodName, ...MethodName[]];

/** The method of an experiment that names none. */
export const defaultMethod = methods[0].name;

export function isMethodName(value: unknown): value is MethodName {
  return (methodNames as readonly unknown[]).includes(value);
}

export function methodNamed(name: MethodName): Method {
  return methods.find((method) => method.name === name)!;
}

/** What a method does with the phases of a schedule, as it shows in what it makes of two. */
export function trainingFacts({ trainings }: Method): {
  /** Whether it trains them one by one as they are. */
  readonly oneByOne: boolean;
  /** Whether each is a training of its own, with new weights. */
  readonly newWeights: boolean;
  /** Whether it leaves a result for each: the model set Θ. */
  readonly makesSet: boolean;
} {
  const made = trainings([
    { budget: 2, epochs: 1 },
    { budget: 1, epochs: 1 },
  ]);
  return {
    oneByOne: made.flat().length === 2,
    newWeights: made.length > 1,
    makesSet: made.flat().filter(({ result }) => result).length > 1,
  };
}
