import { sleep } from '../pause.ts';
import type { CodecName } from '../offload/codecs/table.ts';
import { codecChoice } from '../offload/codecs/table.ts';
import type { ServerAddress } from '../offload/client/greeting.ts';
import type { Budget } from '../records/column.ts';
import type { OpenedSet } from '../sets/open.ts';
import { version } from '../version.ts';
import type { Candidate, Target } from './candidate.ts';
import { candidatesOf, type Asked } from './candidates.ts';
import { connectRemote } from './connect.ts';
import { inferenceController } from './controller.ts';
import { openHalves } from './halves.ts';
import type { ImageToAnswer } from './images.ts';
import { inOrder } from './in-turn.ts';
import { remoteLink } from './remote.ts';
import { inferenceRunner } from './runner.ts';
import { warmUp } from './warm-up.ts';
import type { Answered } from './summary.ts';

export interface InferOptions {
  readonly set: OpenedSet;
  /** Null: everything is computed here. */
  readonly server: ServerAddress | null;
  readonly budget: Asked['budget'];
  readonly codecs: readonly CodecName[];
  readonly target: Target;
  readonly inFlight: number;
  readonly deadlineMs: number;
  readonly connectSeconds: number;
  readonly onEvent?: (message: string) => void;
}

export interface Inference {
  /** Answers in the order of the images. */
  answers(images: AsyncIterable<ImageToAnswer> | Iterable<ImageToAnswer>): AsyncGenerator<Answered>;
  triedBytes(): number;
  close(): Promise<void>;
}

/** A server that was there is taken to be gone after so many seconds, or after four times the target where that is longer. */
const shortestGiveUp = 1;
/** While a server is gone, one try to reach it takes no longer. */
const retrySeconds = 0;
const clock = (): number => performance.now() / 1000;

/**
 * Opens the halves of a set and, where there is a server, its sessions. The engine is open. Throws what candidatesOf,
 * openHalves and connectRemote throw, and what keeps it from the server.
 */
export async function openInference(options: InferOptions): Promise<Inference> {
  const { set, server, target, inFlight, deadlineMs, onEvent } = options;
  // Without a target in time the network here would only win against the server that was asked for: it is its stand-in.
  const competes = target.latencyP95 !== undefined;
  const places: readonly Candidate['place'][] = !server ? ['client'] : competes ? ['server', 'client'] : ['server'];
  const candidates = candidatesOf(set.manifest, { budget: options.budget, codecs: options.codecs, places });
  const budgets = [...new Set(candidates.map(({ budget }) => budget))];
  const halves = await openHalves(set, budgets);
  try {
    const link = server ? await openLink(options, server, budgets) : null;
    const controller = inferenceController({ candidates, target, clock });
    await warmUp(halves, candidates, set.manifest.images.shape, controller.measured);
    const giveUpSeconds = Math.max(shortestGiveUp, 4 * (target.latencyP95 ?? shortestGiveUp));
    const runner = inferenceRunner({
      controller,
      halves,
      ...(link ? { link } : {}),
      deadlineMs,
      giveUpSeconds,
      clock,
      after: (seconds, signal) => sleep(seconds * 1000, signal),
      ...(onEvent ? { onEvent } : {}),
    });
    return {
      answers: (images) =>
        inOrder(images, inFlight, async ({ name, label, read }) => ({
          image: name,
          label,
          answer: await runner.infer(await read()),
        })),
      triedBytes: runner.triedBytes,
      async close() {
        await runner.close();
        halves.dispose();
      },
    };
  } catch (error) {
    halves.dispose();
    throw error;
  }
}

async function openLink(
  { set, codecs, connectSeconds }: InferOptions,
  server: ServerAddress,
  budgets: readonly Budget[],
): Promise<ReturnType<typeof remoteLink>> {
  const asked = {
    server,
    set,
    budgets,
    codecs: codecs.map((name) => codecChoice(name)),
    software: `Sluice ${version()}`,
  };
  // The first is waited for, and what keeps it from the server is an error; later ones have a way out.
  let first: Awaited<ReturnType<typeof connectRemote>> | null = await connectRemote({ ...asked, connectSeconds });
  const link = remoteLink(() => {
    const opened = first;
    first = null;
    return opened ? Promise.resolve(opened) : connectRemote({ ...asked, connectSeconds: retrySeconds });
  });
  await link.open();
  return link;
}
