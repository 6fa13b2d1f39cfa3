import { createGathering } from './gathering.ts';
import type { SessionHandler } from './handler.ts';
import type { EvaluateRequest, Features, Score, StepAnswer, StepRequest } from '../protocol/messages.ts';
import { timedTurn, type InTurn, type Timed } from './turns.ts';

/** A server half as its sessions reach it: one piece of work at a time, in the order it came. */
export interface TrainedHalf extends Pick<SessionHandler, 'check' | 'resetOptimiser' | 'read'> {
  step(request: StepRequest): Promise<Timed<StepAnswer>>;
  evaluate(request: EvaluateRequest): Promise<Timed<Score>>;
  infer(features: Features): Promise<Timed<{ readonly logits: Float32Array }>>;
  /**
   * Puts the half into a state. One that several sources train is put back by the first of them alone: for the others,
   * and a source that comes back, it stays as it then is, which false tells.
   */
  write(checkpoint: Uint8Array): Promise<boolean>;
  close(): Promise<void>;
}

export interface SharingOptions {
  readonly shared: boolean;
  /** Null: every batch is a step of its own. */
  readonly gather: { readonly waitMs: number; readonly living: () => number } | null;
}

export function trainedHalf(handler: SessionHandler, inTurn: InTurn, { shared, gather }: SharingOptions): TrainedHalf {
  const gathered = gather && createGathering({ handler, inTurn, ...gather });
  let touched = false;
  return {
    check: (extent) => handler.check(extent),
    step(request) {
      touched = true;
      return gathered ? gathered(request) : timedTurn(inTurn, () => handler.step(request));
    },
    evaluate: (request) => timedTurn(inTurn, () => handler.evaluate(request)),
    infer: (features) => timedTurn(inTurn, async () => ({ logits: await handler.infer(features) })),
    resetOptimiser: () => inTurn(() => handler.resetOptimiser()),
    read: () => inTurn(() => handler.read()),
    write: (checkpoint) =>
      inTurn(async () => {
        if (shared && touched) return false;
        await handler.write(checkpoint);
        touched = true;
        return true;
      }),
    close: () => inTurn(() => handler.close()),
  };
}
