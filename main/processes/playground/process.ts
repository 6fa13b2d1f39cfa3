import { failureOf } from '../../failure.ts';
import type { FromPlayground, ToPlayground } from './messages.ts';
import { openPlayground, type Playground } from './play.ts';

/** The process of the playground, started by start.ts: it computes both halves. It ends with its parent. */

let playground: Playground | null = null;

function tell(message: FromPlayground): void {
  if (process.connected) process.send?.(message, () => undefined);
}

async function start({ home, options }: Extract<ToPlayground, { kind: 'start' }>): Promise<void> {
  try {
    playground = await openPlayground(home, options);
    tell({ kind: 'ready', facts: playground.facts });
    await playground.play((answer) => tell({ kind: 'answer', answer }));
  } catch (error) {
    tell({ kind: 'failed', failure: failureOf(error) });
    process.disconnect();
  }
}

process.on('message', (message: ToPlayground) => {
  if (message.kind === 'start') void start(message);
  else playground?.change(message.settings);
});
process.on('disconnect', () => process.exit());
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
