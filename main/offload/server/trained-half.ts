import { createGathering } from './gathering.ts';
import type { SessionHandler } from './handler.ts';
import { createStepsTaken, type StepsTaken } from './steps-taken.ts';
import type { Control } from '../protocol/control.ts';
import type { EvaluateRequest, InferRequest, Score, StepAnswer, StepRequest } from '../protocol/messages.ts';
import { deadlineMissed } from './deadline.ts';
import { timedTurn, type InTurn, type Timed } from './turns.ts';

/** A server half as its sessions reach it: one piece of work at a time, in the order it came. */
export interface TrainedHalf extends Pick<SessionHandler, 'check'> {
  /** For a phase of a training it is done once, for the first source that comes to it. */
  resetOptimiser(phase?: Control<'reset'>['phase']): Promise<void>;
  /** A batch of a source, whose message has so many bytes. */
  step(request: StepRequest, source: number, bytesUp: number): Promise<Timed<StepAnswer>>;
  /** The message that answers a step has so many bytes. */
  answered: StepsTaken['answered'];
  evaluate(request: EvaluateRequest): Promise<Timed<Score>>;
  /** Throws `deadline-missed`; the request arrived then, by performance.now(). */
  infer(request: InferRequest, arrived: number): Promise<Timed<{ readonly logits: Float32Array }>>;
  /**
   * Puts the half into a state. One that several sources train is put back by the first of them alone: for the others,
   * and a source that comes back, it stays as it then is, which false tells.
   */
  write(checkpoint: Uint8Array): Promise<boolean>;
  /** The half as it stands, and the steps it has taken until then (StepsTaken); null where only one source trains it. */
  read(): Promise<{ readonly checkpoint: Uint8Array; readonly taken: (number | null)[] | null }>;
  /** What is known of the steps of a source, when none of its own is under way any more (StepsTaken). */
  stepsOf(source: number, from: number): Promise<Control<'taken'>>;
  close(): Promise<void>;
}

export interface SharingOptions {
  readonly shared: boolean;
  /** Null: every batch is a step of its own. */
  readonly gather: { readonly waitMs: number; readonly living: () => number } | null;
}

export function trainedHalf(handler: SessionHandler, inTurn: InTurn, { shared, gather }: SharingOptions): TrainedHalf {
  const taken = createStepsTaken();
  const counting = countingSteps(handler, taken);
  const gathered = gather && createGathering({ handler: counting, inTurn, ...gather });
  /** The last step that each source has asked for. */
  const asked = new Map<number, Promise<unknown>>();
  let touched = false;
  let lastReset: string | undefined;
  return {
    check: (extent) => handler.check(extent),
    step(request, source, bytesUp) {
      touched = true;
      taken.asked(source, request, bytesUp);
      const answer = gathered ? gathered(request) : timedTurn(inTurn, () => counting.step(request));
      asked.set(source, answer);
      return answer;
    },
    answered: taken.answered,
    evaluate: (request) => timedTurn(inTurn, () => handler.evaluate(request)),
    infer: (request, arrived) =>
      timedTurn(inTurn, async () => {
        const waited = performance.now() - arrived;
        if (request.deadlineMs > 0 && waited >= request.deadlineMs) throw deadlineMissed(request.deadlineMs, waited);
        return { logits: await handler.infer(request) };
      }),
    resetOptimiser: (phase) =>
      inTurn(async () => {
        const key = phase?.join('.');
        if (key !== undefined && key === lastReset) return;
        await handler.resetOptimiser();
        lastReset = key;
      }),
    read: () => inTurn(async () => ({ checkpoint: await handler.read(), taken: shared ? taken.reached() : null })),
    async stepsOf(source, from) {
      await asked.get(source)?.catch(() => undefined);
      return taken.of(source, from);
    },
    write: (checkpoint) =>
      inTurn(async () => {
        if (shared && touched) return false;
        await handler.write(checkpoint);
        touched = true;
        lastReset = undefined;
        return true;
      }),
    close: () => inTurn(() => handler.close()),
  };
}

/** Counts what the half has learned from in the turn in which it does. */
function countingSteps(handler: SessionHandler, { took }: StepsTaken): SessionHandler {
  return {
    ...handler,
    async step(request) {
      const answer = await handler.step(request);
      took(request, answer);
      return answer;
    },
    async stepTogether(requests) {
      const answers = await handler.stepTogether(requests);
      requests.forEach((request, i) => took(request, answers[i]));
      return answers;
    },
  };
}
