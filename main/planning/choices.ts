import { describeCuts } from '../runs/experiment/describe-cuts.ts';
import type { Shape } from '../model/spec.ts';
import type { Budget } from '../records/column.ts';
import { codecsFor, type CodecSettings } from '../training/controller.ts';
import { clientMemory, requestCost, stepCost, type Circumstances, type ClientMemory, type Exchange } from './costs.ts';
import type { Cut } from '../model/spec.ts';

/** What is asked of a choice; what is missing is not limited. */
export interface PlanLimits {
  /** Of a training step, or of a request. */
  readonly seconds?: number;
  /** That it sends, up and down. */
  readonly bytes?: number;
  /** On the client. */
  readonly memoryBytes?: number;
}

/** What the choice is made for: the steps of a training, or requests of inference. */
export type Goal = 'step' | 'request';

/** One cut, budget and codec, and what it would cost. */
export interface PlanChoice {
  readonly layer: number;
  /** The layer before the cut, in words. */
  readonly after: string;
  /** [h, w, φ] at full budget. */
  readonly sent: Shape;
  readonly budget: Budget;
  readonly codecUp: string;
  readonly codecDown: string;
  readonly step: Exchange;
  readonly request: Exchange;
  readonly memory: ClientMemory;
  /** Whether it keeps all limits. */
  readonly within: boolean;
}

export interface PlanChoices {
  /** By cut, then budget, then codec. */
  readonly choices: readonly PlanChoice[];
  /** The place of the fastest within the limits, and of the fastest at each budget; null where there is none. */
  readonly best: number | null;
  readonly bestOfBudgets: readonly number[];
  /** The places of the fastest codec at each cut and budget, within the limits where one is. */
  readonly fastest: readonly number[];
}

export interface ChoiceOptions {
  readonly module: Cut['module'];
  /** Besides the full one. */
  readonly budgets: readonly number[];
  readonly codecs: readonly CodecSettings[];
  readonly goal: Goal;
  readonly limits: PlanLimits;
}

/**
 * Every cut with every budget and codec, and the best of them: the fastest within the limits, of two as fast the one that sends
 * less. What Neurosurgeon (Kang et al., ASPLOS 2017) does for the cut alone, from the same three things: times of layers, sizes
 * at the cuts, and the rate of the link. How much accuracy a budget costs it does not know, so the best at each budget is told, too.
 */
export function planChoices(at: Circumstances, { module, budgets, codecs, goal, limits }: ChoiceOptions): PlanChoices {
  const cuts = describeCuts(at.network, module, [], codecs[0]);
  const choices = cuts.flatMap((described): PlanChoice[] => {
    if ('problem' in described) return [];
    const { layer, after, sent } = described;
    const memory = clientMemory(at, { layer, module });
    const fitting = module ? budgets.filter((budget) => budget < sent[2]) : [];
    return [...fitting, null].flatMap((budget) =>
      distinctCodecs(codecs, budget).map((settings): PlanChoice => {
        const choice = { cut: { layer, module }, budget, codecs: settings };
        const { up, down } = codecsFor(budget, settings);
        const costs = { step: stepCost(choice, at), request: requestCost(choice, at) };
        const names = { codecUp: up.name, codecDown: down.name };
        return {
          layer,
          after,
          sent,
          budget,
          ...names,
          ...costs,
          memory,
          within: isWithin(costs[goal], memory, goal, limits),
        };
      }),
    );
  });
  const isWithinLimits = ({ within }: PlanChoice): boolean => within;
  const budgetsThere = new Set(choices.map(({ budget }) => budget));
  return {
    choices,
    best: fastestOf(choices, goal, isWithinLimits),
    bestOfBudgets: [...budgetsThere].flatMap(
      (budget) => fastestOf(choices, goal, (choice) => choice.within && choice.budget === budget) ?? [],
    ),
    fastest: fastestCodecs(choices, goal),
  };
}

function fastestCodecs(choices: readonly PlanChoice[], goal: Goal): number[] {
  const places = new Map(choices.map((choice) => [`${choice.layer} ${choice.budget}`, choice]));
  return [...places.values()].flatMap(({ layer, budget }) => {
    const isHere = (choice: PlanChoice): boolean => choice.layer === layer && choice.budget === budget;
    const within = fastestOf(choices, goal, (choice) => choice.within && isHere(choice));
    return within ?? fastestOf(choices, goal, isHere) ?? [];
  });
}

/** Settings that come to the same at a budget are one choice. */
function distinctCodecs(all: readonly CodecSettings[], budget: Budget): CodecSettings[] {
  const textOf = (settings: CodecSettings): string => JSON.stringify(codecsFor(budget, settings));
  return all.filter((settings, i) => all.findIndex((other) => textOf(other) === textOf(settings)) === i);
}

function isWithin(
  { seconds, bytesUp, bytesDown }: Exchange,
  memory: ClientMemory,
  goal: Goal,
  { seconds: mostSeconds = Infinity, bytes = Infinity, memoryBytes = Infinity }: PlanLimits,
): boolean {
  const taken = goal === 'step' ? memory.training : memory.inference;
  return seconds <= mostSeconds && bytesUp + bytesDown <= bytes && taken <= memoryBytes;
}

function fastestOf(choices: readonly PlanChoice[], goal: Goal, among: (choice: PlanChoice) => boolean): number | null {
  let best: number | null = null;
  for (const [place, choice] of choices.entries()) {
    if (!among(choice)) continue;
    if (best === null || isBetter(choice[goal], choices[best][goal])) best = place;
  }
  return best;
}

function isBetter(one: Exchange, other: Exchange): boolean {
  if (one.seconds !== other.seconds) return one.seconds < other.seconds;
  return one.bytesUp + one.bytesDown < other.bytesUp + other.bytesDown;
}
