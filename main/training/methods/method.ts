import type { Random } from '../../random.ts';
import type { GateName } from '../gates/table.ts';
import type { PlannedEpochs, Training } from '../plan.ts';

/** What a method is called, and what it does in words. */
export interface MethodWords {
  readonly label: string;
  /** In a few words, and in a sentence. */
  readonly short: string;
  readonly hint: string;
  /** What the help of `method` says of it, after its name and a colon. */
  readonly help: string;
}

/** f̂ of every map before a phase, from f̂ as the phase before left it. */
export type GateReset = (gate: Float32Array, source: Random) => Float32Array;

/** Fields of an experiment that a method wants otherwise than the general defaults have them. */
export type MethodDefaults = Readonly<Record<string, unknown>>;

/** What a method makes of a schedule that it does not train phase by phase, told where the schedule is edited. */
export interface ScheduleRemark {
  /** `{epochs}` stands for the epochs of all phases. */
  readonly text: string;
  /** A schedule that goes without saying: one phase alone, or one phase at full budget. */
  readonly unless: 'single' | 'single-full' | null;
}

/** Whether a method with a module may have a gate: one without a gate has that which is none, and others have another. */
export function gateFits({ gate: only }: Pick<Method, 'gate'>, gate: string): boolean {
  return only === undefined ? gate !== 'none' : gate === only;
}

/** A way to train a split network: a file beside this one, listed in index.ts. */
export interface Method {
  readonly name: string;
  readonly words: MethodWords;
  /** Which way the budgets go from phase to phase, where that matters; `required` where they may not go another. */
  readonly order: { readonly direction: 'rising' | 'falling'; readonly required: boolean } | null;
  /** Whether maps cross the network through a compression module, whose gate chooses them. */
  readonly module: boolean;
  /** The only gate that it may have; missing where any other one may choose. */
  readonly gate?: GateName;
  /** The method that one which sends the image itself becomes at any other cut; null where every cut is right. */
  readonly elsewhere: string | null;
  /** Whether what it trains with new weights at the full budget is what other methods are measured against. */
  readonly baseline?: true;
  readonly remark: ScheduleRemark | null;
  readonly defaults: MethodDefaults;
  /** The trainings it makes of the phases. All epochs of theirs together are those of the phases. */
  trainings(phases: readonly PlannedEpochs[]): Training[];
}
