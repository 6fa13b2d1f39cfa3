import { once, EventEmitter } from 'node:events';
import { failureOf } from '../../failure.ts';
import type { FromSource, SourceTask, ToSource } from './messages.ts';
import { work, type Supervisor } from './work.ts';

/**
 * The process of one data source, started by its run. It has one task, keeps nothing of its own, and ends with it or
 * with its run.
 */
const aliveMs = 1000;

const heard = new EventEmitter();
const stop = new AbortController();
const giveUp = new AbortController();
let paused: Promise<unknown> | null = null;
let reachable = true;

function tell(message: FromSource, sent: () => void = () => undefined): void {
  if (process.connected) process.send?.(message, sent);
}

function leave(): void {
  process.disconnect();
}

/** Without a server there is nothing to save. */
function giveUpWhenStuck(): void {
  if (stop.signal.aborted && !reachable) giveUp.abort();
}

const supervisor: Supervisor = {
  tell,
  async hear(kind) {
    const [message] = (await once(heard, kind, { signal: giveUp.signal })) as [
      Extract<ToSource, { kind: typeof kind }>,
    ];
    return message;
  },
  async proceed() {
    if (!stop.signal.aborted) await paused;
  },
  stop: stop.signal,
  giveUp: giveUp.signal,
  link({ kind, message }) {
    reachable = kind === 'reconnected';
    tell({ kind: 'link', event: kind, message });
    giveUpWhenStuck();
  },
};

async function perform(task: SourceTask): Promise<void> {
  setInterval(() => tell({ kind: 'alive' }), aliveMs).unref();
  try {
    await work(task, supervisor);
    tell({ kind: 'ended' }, leave);
  } catch (error) {
    tell(giveUp.signal.aborted ? { kind: 'ended' } : { kind: 'failed', failure: failureOf(error) }, leave);
  }
}

process.on('message', (message: ToSource) => {
  if (message.kind === 'task') void perform(message.task);
  else if (message.kind === 'pause') paused = once(heard, 'proceed');
  else if (message.kind === 'stop') {
    stop.abort();
    heard.emit('proceed');
    giveUpWhenStuck();
  } else heard.emit(message.kind, message);
});
// Without its run a source has nobody to work for. Ctrl-C reaches it too, but the run says when to stop.
process.on('disconnect', () => process.exit());
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
