import { engines } from './names.ts';

export type EngineName = (typeof engines)[number]['name'];

/** What a user may ask for: an engine, or `auto`. */
export type EngineChoice = 'auto' | EngineName;

/** An engine as names.ts describes it. */
export interface EngineDescription {
  readonly name: EngineName;
  /** How its makers write its name. */
  readonly label: string;
  /** What it is, for people who do not know its name, and one sentence more. */
  readonly title: string;
  readonly words: string;
  /** Whether it has passed the conformance suite; `auto` takes no other. */
  readonly proven: boolean;
}

/** All of them, best first. */
export const engineTable: readonly EngineDescription[] = engines.map(({ name, label, title, words, proven }) => {
  return { name, label, title, words, proven };
});

export function describedEngine(name: EngineName): EngineDescription {
  return engineTable.find((engine) => engine.name === name)!;
}

export const engineNames: readonly EngineName[] = engineTable.map(({ name }) => name);

/** The choices of flags, schemas and settings. */
export const engineChoices: readonly [EngineChoice, ...EngineChoice[]] = ['auto', ...engineNames];
