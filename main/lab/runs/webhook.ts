import type { Notice, RunSummary } from '../../api.ts';
import { fetchAsSystem } from '../../data/fetch.ts';
import { messageOf } from '../../errors.ts';
import type { RunStatus } from '../../runs/store/run.ts';
import type { Store } from '../../runs/store/store.ts';
import type { LabLog } from '../log.ts';

/** Tells an address of the user's that runs have ended or failed. */
export interface Webhook {
  /** Looks which runs have ended since it last did; those that had ended before are not told of. */
  look(): void;
}

interface WebhookOptions {
  readonly store: Store;
  readonly summary: (id: string) => RunSummary;
  /** Where to; empty for nowhere. */
  readonly address: () => string;
  /** Whether it is up to this lab: of several with one home only one tells. */
  readonly isOurs: () => boolean;
  readonly notify: (notice: Notice) => void;
  readonly log: LabLog;
  readonly request?: typeof fetchAsSystem;
}

const patienceMs = 10_000;
const told = new Set<RunStatus>(['finished', 'failed', 'stopped', 'interrupted']);

/** What goes wrong is said once for an address, and never keeps anything from going on. */
export function openWebhook(options: WebhookOptions): Webhook {
  const { store, summary, address, isOurs, notify, log, request = fetchAsSystem } = options;
  const statusesNow = (): Map<string, RunStatus> => new Map(store.marks().map(({ id, status }) => [id, status]));
  /** Null while nobody is to be told. */
  let statuses = address() === '' ? null : statusesNow();
  let complainedOf: string | null = null;

  async function send(to: string, run: RunSummary): Promise<void> {
    try {
      const { status } = await request(to, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(messageOn(run)),
        // An address that was checked may not lead to one that was not.
        redirect: 'error',
        signal: AbortSignal.timeout(patienceMs),
      });
      if (status >= 400) throw new Error(`it answered ${status}`);
      complainedOf = null;
    } catch (error) {
      log('telling the webhook', error);
      if (complainedOf === to) return;
      complainedOf = to;
      const text = `The webhook ${new URL(to).origin} was not told that runs ended: ${messageOf(error)}. Settings has its address.`;
      notify({ level: 'warning', text, run: run.id });
    }
  }

  return {
    look() {
      const to = address();
      const before = statuses;
      statuses = to === '' ? null : statusesNow();
      for (const [id, status] of statuses ?? []) {
        const was = before?.get(id);
        if (was === undefined || was === status || !told.has(status) || !isOurs()) continue;
        const run = summary(id);
        if (!run.halted) void send(to, run);
      }
    },
  };
}

/** What is told of a run: nothing that lets anybody in anywhere. */
function messageOn(run: RunSummary): object {
  const { id, number, name, seed, group, status, method, model, dataset, startedAt, endedAt } = run;
  const { epochsDone, lastAccuracy, bestAccuracy, bytesUp, bytesDown, error } = run;
  const text = `${name} (run ${number}) ${status === 'interrupted' ? 'was interrupted' : `has ${status}`}`;
  return {
    event: `run-${status}`,
    // What chat services show.
    text,
    run: {
      id,
      number,
      name,
      seed,
      group,
      status,
      method,
      model,
      dataset,
      startedAt,
      endedAt,
      epochsDone,
      lastAccuracy,
      bestAccuracy,
      bytesUp,
      bytesDown,
      error,
    },
  };
}
