import type { SessionHandler } from './handler.ts';
import type { StepAnswer, StepRequest } from '../protocol/messages.ts';
import type { InTurn, Timed } from './turns.ts';

export interface GatheringOptions {
  readonly handler: SessionHandler;
  readonly inTurn: InTurn;
  /** How long the first batch waits for others at most. */
  readonly waitMs: number;
  /** Sources that may send one. */
  readonly living: () => number;
}

interface Waiting {
  readonly request: StepRequest;
  readonly asked: number;
  readonly resolve: (answer: Timed<StepAnswer>) => void;
  readonly reject: (error: unknown) => void;
}

interface Group {
  readonly key: string;
  readonly waiting: Waiting[];
  readonly timer: NodeJS.Timeout;
  queued: boolean;
}

/** Takes the batches that sources of a run send at about the same time into one step. */
export function createGathering({
  handler,
  inTurn,
  waitMs,
  living,
}: GatheringOptions): (request: StepRequest) => Promise<Timed<StepAnswer>> {
  let open: Group | null = null;

  function queue(group: Group): void {
    clearTimeout(group.timer);
    if (group.queued) return;
    group.queued = true;
    void inTurn(() => {
      // Until its turn has come others may join.
      if (open === group) open = null;
      return stepGroup(handler, group.waiting);
    });
  }

  function newGroup(key: string): Group {
    const timer = setTimeout(() => queue(group), waitMs);
    const group: Group = { key, waiting: [], timer, queued: false };
    return group;
  }

  return (request) =>
    new Promise((resolve, reject) => {
      const key = keyOf(request);
      if (open && open.key !== key) {
        queue(open);
        open = null;
      }
      open ??= newGroup(key);
      open.waiting.push({ request, asked: performance.now(), resolve, reject });
      if (open.waiting.length >= living()) queue(open);
    });
}

/** Never rejects: what goes wrong is told to those who wait. */
async function stepGroup(handler: SessionHandler, waiting: readonly Waiting[]): Promise<void> {
  const began = performance.now();
  try {
    const answers =
      waiting.length === 1
        ? [await handler.step(waiting[0].request)]
        : await handler.stepTogether(waiting.map(({ request }) => request));
    const serverSeconds = (performance.now() - began) / 1000;
    waiting.forEach(({ asked, resolve }, i) =>
      resolve({ ...answers[i], serverSeconds, waitSeconds: (began - asked) / 1000 }),
    );
  } catch (error) {
    for (const { reject } of waiting) reject(error);
  }
}

/** Only batches of one budget and learning rate make one step. */
function keyOf({ selection, learningRate }: StepRequest): string {
  return `${selection?.kept.length ?? 'full'} ${learningRate}`;
}
