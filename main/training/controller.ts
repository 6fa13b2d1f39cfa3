import { codecChoice, sameCodec, type CodecChoice, type CodecInput } from '../offload/codecs/table.ts';
import type { Budget } from '../records/column.ts';

/** Which of an experiment's codecs: of the maps or gradients in budgeted phases, or of both at full budget. */
export type CodecUse = 'up' | 'down' | 'full';

/** Codecs of the maps and gradients in budgeted phases, and of both at full budget. */
export interface CodecSettings extends Readonly<Record<CodecUse, CodecChoice>> {
  /** Those that a phase has in their place, at whatever budget. */
  readonly own?: OwnCodecs | undefined;
}

/** Codecs of one request's maps and of the gradient that answers it. */
export interface Codecs {
  readonly up: CodecChoice;
  readonly down: CodecChoice;
}

/** What a phase has of its own; a direction that is missing is as the experiment has it. */
export type OwnCodecs = Partial<Codecs>;

/** What is known when a request is about to be made. */
export interface Observation {
  readonly purpose: 'step' | 'evaluate';
  /** The budget of the phase. */
  readonly planned: Budget;
  /** The codecs that the phase has of its own. */
  readonly own?: OwnCodecs | undefined;
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

/** The experiment's schedule: budget and codecs of the phase, whatever the network does. `phases` are all that it may be in. */
export function scheduled(
  settings: CodecSettings,
  phases: readonly { readonly own?: OwnCodecs | undefined }[] = [],
): Controller {
  return {
    codecs: distinct(settings, phases),
    decide: ({ planned, own }) => ({ budget: planned, codecs: codecsFor(planned, { ...settings, own }) }),
  };
}

function distinct({ up, down, full }: CodecSettings, phases: Parameters<typeof scheduled>[1] = []): CodecChoice[] {
  const all = [up, down, full, ...phases.flatMap(({ own }) => Object.values(own ?? {}))];
  return all.filter((choice, i) => all.findIndex((other) => sameCodec(choice, other)) === i);
}

/** The codecs of an experiment, their parameters filled in. Throws what codecChoice throws. */
export function codecSettings({ up, down, full }: Readonly<Record<CodecUse, CodecInput>>): CodecSettings {
  return { up: codecChoice(up), down: codecChoice(down), full: codecChoice(full) };
}

/** What a phase says of codecs, parameters filled in; undefined where it says nothing. Throws what codecChoice throws. */
export function ownCodecs(
  codec: { readonly [Direction in keyof Codecs]?: CodecInput | undefined } = {},
): OwnCodecs | undefined {
  const { up, down } = codec;
  if (up === undefined && down === undefined) return undefined;
  return { ...(up !== undefined && { up: codecChoice(up) }), ...(down !== undefined && { down: codecChoice(down) }) };
}

/** The codecs of a budget, in a phase that may have its own. */
export function codecsFor(budget: Budget, { own, ...settings }: CodecSettings): Codecs {
  return {
    up: own?.up ?? settings[useOf(budget, 'up')],
    down: own?.down ?? settings[useOf(budget, 'down')],
  };
}

/**
 * Which of the experiment's codecs a budget uses, each once: none for a direction that the phase has one of its own for;
 * where no gradient comes back, those of the maps alone.
 */
export function codecUses(budget: Budget, hasGradient = true, own: OwnCodecs = {}): CodecUse[] {
  const shared = directions(hasGradient).filter((direction) => !own[direction]);
  return [...new Set(shared.map((direction) => useOf(budget, direction)))];
}

/** The ways that something is encoded. */
export function directions(hasGradient: boolean): (keyof Codecs)[] {
  return hasGradient ? ['up', 'down'] : ['up'];
}

function useOf(budget: Budget, direction: keyof Codecs): CodecUse {
  return budget === null ? 'full' : direction;
}
