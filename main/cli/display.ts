import { SingleBar } from 'cli-progress';
import type { RunEvent } from '../runs/life/execution.ts';
import { runNumber, type Run } from '../runs/store/run.ts';
import { print } from './format.ts';
import { advance, endLine, epochLine, progressLine, type RunState } from './progress-line.ts';

/** Shows one run while it is executed. */
export interface Display {
  readonly event: (event: RunEvent) => void;
  /** To be called when the user wants the run to stop, which takes it a moment. */
  readonly stopping: () => void;
  /** To be called when the run has ended, however it did. */
  readonly end: () => void;
}

/** A progress bar on a terminal, a line per epoch elsewhere. `accuracy` is what the run had reached before. */
export function displayRun(run: Run, accuracy: number | null): Display {
  const started = performance.now();
  let state: RunState = { run, progress: null, accuracy, accuracies: new Map(), stopping: false };
  const say = (text: string): void => print(`${runNumber(run)} ${run.name}: ${text}`);
  const progress = process.stdout.isTTY ? bar(() => state, say) : lines(() => state, say);
  return {
    event: (event) => {
      state = advance(state, event);
      progress.event(event);
    },
    stopping: () => {
      state = { ...state, stopping: true };
      progress.stopping();
    },
    end: () => {
      progress.end();
      say(endLine(state, (performance.now() - started) / 1000));
    },
  };
}

function bar(state: () => RunState, say: (text: string) => void): Display {
  const drawn = new SingleBar({
    format: (_options, { maxWidth }: { maxWidth?: number }) => progressLine(state(), (maxWidth ?? 80) - 1),
    stream: process.stdout,
    hideCursor: true,
    clearOnComplete: true,
    gracefulExit: false,
  });
  drawn.start(1, 0);
  const above = (text: string): void => {
    const { progress } = state();
    drawn.stop();
    say(text);
    drawn.start(1, progress ? progress.stepsDone / progress.totalSteps : 0);
  };
  return {
    event: (event) => {
      const { progress } = state();
      if (event.kind === 'notice') above(event.message);
      else if (event.kind === 'progress' && progress) drawn.update(progress.stepsDone / progress.totalSteps);
      else drawn.render();
    },
    stopping: () => drawn.render(),
    end: () => drawn.stop(),
  };
}

function lines(state: () => RunState, say: (text: string) => void): Display {
  return {
    event: (event) => {
      if (event.kind === 'epoch') say(epochLine(state(), event));
      if (event.kind === 'notice') say(event.message);
      if (event.kind === 'status' && (event.run.status === 'running' || event.run.status === 'paused')) {
        say(event.run.status);
      }
    },
    stopping: () => say('stopping with a checkpoint'),
    end: () => undefined,
  };
}
