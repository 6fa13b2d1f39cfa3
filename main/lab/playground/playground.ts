import type { PlaygroundAnswer, PlaygroundOptions, PlaygroundSettings, PlaygroundState } from '../../api.ts';
import { messageOf, SluiceError } from '../../errors.ts';
import { startPlayground, type PlaygroundProcess } from '../../processes/playground/start.ts';

/** The one playground of a lab; it ends with it. */
export interface LabPlayground {
  readonly state: PlaygroundState;
  start(options: PlaygroundOptions): Promise<PlaygroundState>;
  change(settings: PlaygroundSettings): PlaygroundState;
  stop(): Promise<PlaygroundState>;
}

interface Options {
  readonly home: string;
  readonly onChange: (state: PlaygroundState) => void;
  readonly onAnswer: (answer: PlaygroundAnswer) => void;
}

export function openLabPlayground({ home, onChange, onAnswer }: Options): LabPlayground {
  let state: PlaygroundState = { status: 'stopped', error: null };
  let running: PlaygroundProcess | null = null;

  function become(next: PlaygroundState): PlaygroundState {
    state = next;
    onChange(state);
    return state;
  }

  async function start(options: PlaygroundOptions): Promise<PlaygroundState> {
    if (state.status !== 'stopped') throw new SluiceError('playground-running', 'The playground is running already.');
    const { set, link, latencyMs } = options;
    become({ status: 'starting', set });
    try {
      const started = await startPlayground(home, options, onAnswer);
      running = started;
      void started.failed.then((error) => {
        if (running !== started) return;
        running = null;
        become({ status: 'stopped', error });
      });
      return become({ status: 'running', set, link, latencyMs, ...started.facts });
    } catch (error) {
      become({ status: 'stopped', error: messageOf(error) });
      throw error;
    }
  }

  return {
    get state() {
      return state;
    },
    start,
    change(settings) {
      if (state.status !== 'running') return state;
      running?.change(settings);
      return become({ ...state, ...settings });
    },
    async stop() {
      const stopping = running;
      running = null;
      await stopping?.close();
      return state.status === 'running' ? become({ status: 'stopped', error: null }) : state;
    },
  };
}
