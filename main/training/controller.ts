import type { CodecName } from '../offload/codecs/index.ts';
import type { Budget } from '../records/column.ts';

/** Number formats of the maps and gradients in budgeted phases, and of both at full budget. */
export interface CodecSettings {
  readonly up: CodecName;
  readonly down: CodecName;
  readonly full: CodecName;
}

/** Number formats of one request's maps and of the gradient that answers it. */
export interface Codecs {
  readonly up: CodecName;
  readonly down: CodecName;
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
  decide(observation: Observation): Decision;
}

/** The experiment's schedule: the budget of the phase, whatever the network does. */
export function scheduled(settings: CodecSettings): Controller {
  return { decide: ({ planned }) => ({ budget: planned, codecs: codecsFor(planned, settings) }) };
}

/** The number formats of a budget. */
export function codecsFor(budget: Budget, { up, down, full }: CodecSettings): Codecs {
  return budget === null ? { up: full, down: full } : { up, down };
}
