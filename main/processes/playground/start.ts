import type { PlaygroundAnswer, PlaygroundOptions, PlaygroundSettings } from '../../api.ts';
import { SluiceError } from '../../errors.ts';
import { errorOf } from '../../failure.ts';
import { startChild, startedInTime } from '../child.ts';
import type { FromPlayground, PlaygroundFacts, ToPlayground } from './messages.ts';

export interface PlaygroundProcess {
  readonly facts: PlaygroundFacts;
  change(settings: PlaygroundSettings): void;
  /** Why it ended of its own accord, in words. */
  readonly failed: Promise<string>;
  close(): Promise<void>;
}

/** Starts a playground that ends with this process. Throws what openPlayground throws, and `playground-died`. */
export async function startPlayground(
  home: string,
  options: PlaygroundOptions,
  onAnswer: (answer: PlaygroundAnswer) => void,
): Promise<PlaygroundProcess> {
  let settle: { resolve: (facts: PlaygroundFacts) => void; reject: (error: Error) => void };
  const started = new Promise<PlaygroundFacts>((resolve, reject) => (settle = { resolve, reject }));
  let why = '';
  const child = startChild<ToPlayground>(import.meta.url, './process.ts', (message: FromPlayground) => {
    if (message.kind === 'ready') settle.resolve(message.facts);
    else if (message.kind === 'answer') onAnswer(message.answer);
    else {
      why = message.failure.message;
      settle.reject(errorOf(message.failure));
    }
  });
  const failed = child.gone.then((how) => why || `The playground died (${how}).`);
  void failed.then((words) => settle.reject(new SluiceError('playground-died', words)));
  child.send({ kind: 'start', home, options });
  const facts = await startedInTime(child, started, 'The playground');
  return {
    facts,
    failed,
    change: (settings) => child.send({ kind: 'change', settings }),
    async close() {
      child.kill();
      await child.gone;
    },
  };
}
