import { newToken } from '../transport/token.ts';
import { stepsAtOnce, type Control, type TakenStep } from '../protocol/control.ts';
import type { StepAnswer, StepRequest } from '../protocol/messages.ts';
import type { Timed } from './turns.ts';

/**
 * The steps that a server half has taken, by source. A source that dies may not have told anyone of its last ones: the
 * half has learned from them all the same, so it is the half that knows them.
 */
export interface StepsTaken {
  /** A source asks for a step; it counts when the half has `took` it. */
  asked(source: number, request: StepRequest, bytesUp: number): void;
  took(request: StepRequest, answer: StepAnswer): void;
  /** The answer is there, as it is sent. */
  answered(request: StepRequest, answer: Timed<StepAnswer>, bytesDown: number): void;
  /** Up to which step each source has been taken, by its index; null for one that took none. */
  reached(): (number | null)[];
  /** The half's own name, how many there were in all, and those of a source from a number on, in their order and no more than fit into a message. */
  of(source: number, from: number): Control<'taken'>;
}

/** Of each source. One that lacks more has to go back to a checkpoint. */
const keptSteps = 1024;

type Entry = { -readonly [Name in keyof TakenStep]: TakenStep[Name] };

export function createStepsTaken(): StepsTaken {
  const bySource = new Map<number, Entry[]>();
  const underWay = new WeakMap<StepRequest, { readonly source: number; readonly entry: Entry }>();
  const half = newToken();
  let total = 0;
  return {
    asked(source, request, bytesUp) {
      const { step, selection, learningRate, shape } = request;
      const known = { step, budget: selection?.kept.length ?? null, learningRate, samples: shape[0], bytesUp };
      const unknown = { crossEntropy: 0, correct: 0, bytesDown: 0, serverSeconds: 0, waitSeconds: 0 };
      underWay.set(request, { source, entry: { ...known, ...unknown } });
    },
    took(request, { loss, correct }) {
      total++;
      const begun = underWay.get(request);
      if (!begun) return;
      const { source, entry } = begun;
      Object.assign<Entry, Partial<Entry>>(entry, { crossEntropy: loss, correct });
      const before = (bySource.get(source) ?? []).filter(({ step }) => step < entry.step);
      bySource.set(source, [...before.slice(1 - keptSteps), entry]);
    },
    answered(request, { serverSeconds, waitSeconds }, bytesDown) {
      const begun = underWay.get(request);
      if (begun) Object.assign<Entry, Partial<Entry>>(begun.entry, { serverSeconds, waitSeconds, bytesDown });
    },
    reached() {
      const most = Math.max(-1, ...bySource.keys());
      return Array.from({ length: most + 1 }, (_, source) => {
        const last = bySource.get(source)?.at(-1);
        return last ? last.step + 1 : null;
      });
    },
    of(source, from) {
      const known = (bySource.get(source) ?? []).filter(({ step }) => step >= from);
      return { half, total, steps: known.slice(0, stepsAtOnce).map((entry) => ({ ...entry })) };
    },
  };
}
