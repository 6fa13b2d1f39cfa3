import { failureOf } from '../../failure.ts';
import type { FromSource, ToSource } from './messages.ts';
import { openSource } from './supervised.ts';
import { work } from './work.ts';

/** The process of one data source, started by its run. It ends with its task or with its run. */
const aliveMs = 1000;

function tell(message: FromSource, sent: () => void = () => undefined): void {
  if (process.connected) process.send?.(message, sent);
}

const source = openSource(work, {
  tell,
  end(failed) {
    tell(failed ? { kind: 'failed', failure: failureOf(failed.error) } : { kind: 'ended' }, () => process.disconnect());
  },
});

process.on('message', (message: ToSource) => {
  if (message.kind === 'task') setInterval(() => tell({ kind: 'alive' }), aliveMs).unref();
  source.receive(message);
});
// Without its run a source has nobody to work for. Ctrl-C reaches it too, but the run says when to stop.
process.on('disconnect', () => process.exit());
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
