import { codecChoice, sameCodec, type CodecChoice, type CodecInput } from '../offload/codecs/table.ts';
import type { Budget } from '../records/column.ts';

/** Codecs of the maps and gradients in budgeted phases, and of both at full budget. */
export interface CodecSettings {
  readonly up: CodecChoice;
  readonly down: CodecChoice;
  readonly full: CodecChoice;
}

/** Codecs of one request's maps and of the gradient that answers it. */
export interface Codecs {
  readonly up: CodecChoice;
  readonly down: CodecChoice;
}

/** What is known when a request is about to be made. */
export interface Observation {
  readonly purpose: 'step' | 'evaluate';
  /** The budget of the phase. */
  readonly planned: Budget;
  /** Steps of the training so far. */
  readonly step: number;
}

/** How a request crosses the network. */
export interface Decision {
  readonly budget: Budget;
  readonly codecs: Codecs;
}

/** Decides before each request how many maps cross the network, and how they are encoded. */
export interface Controller {
  /** Every codec it may decide for: a session announces them when it is opened. */
  readonly codecs: readonly CodecChoice[];
  decide(observation: Observation): Decision;
}

/** The experiment's schedule: the budget of the phase, whatever the network does. */
export function scheduled(settings: CodecSettings): Controller {
  return {
    codecs: distinct(settings),
    decide: ({ planned }) => ({ budget: planned, codecs: codecsFor(planned, settings) }),
  };
}

function distinct({ up, down, full }: CodecSettings): CodecChoice[] {
  const all = [up, down, full];
  return all.filter((choice, i) => all.findIndex((other) => sameCodec(choice, other)) === i);
}

/** The codecs of an experiment, their parameters filled in. Throws what codecChoice throws. */
export function codecSettings({ up, down, full }: Readonly<Record<keyof CodecSettings, CodecInput>>): CodecSettings {
  return { up: codecChoice(up), down: codecChoice(down), full: codecChoice(full) };
}

/** The codecs of a budget. */
export function codecsFor(budget: Budget, settings: CodecSettings): Codecs {
  return { up: settings[useOf(budget, 'up')], down: settings[useOf(budget, 'down')] };
}

/** Which of the settings a budget uses, each once; where no gradient comes back, those of the maps alone. */
export function codecUses(budget: Budget, hasGradient = true): (keyof CodecSettings)[] {
  const directions: readonly (keyof Codecs)[] = hasGradient ? ['up', 'down'] : ['up'];
  return [...new Set(directions.map((direction) => useOf(budget, direction)))];
}

function useOf(budget: Budget, direction: keyof Codecs): keyof CodecSettings {
  return budget === null ? 'full' : direction;
}
