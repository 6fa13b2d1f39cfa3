import { availableParallelism, cpus, totalmem } from 'node:os';
import type { EngineReport, LabInfo } from '../../api.ts';
import { version } from '../../version.ts';
import { protocol } from '../../wire.ts';
import type { LabState, Procedures } from '../lab-state.ts';
import { runTask } from '../../processes/task/run-task.ts';

type Names = 'hello' | 'alert' | 'engines' | 'settings' | 'changeSettings' | 'server' | 'startServer' | 'stopServer';

/** Procedures about this machine: what it is, what computes, the user's settings, its offload server. */
export function machineProcedures(
  { home, settings, windows, server, queue }: LabState,
  host: LabInfo['host'],
): Procedures<Names> {
  return {
    hello: () => ({ protocol, version: version(), host, home, machine: machine() }),
    alert: () => queue.alert,
    engines: diagnose,
    settings: () => settings.current,
    changeSettings: (changes) => {
      const changed = settings.change(changes);
      windows.emit('settings', changed);
      queue.tend();
      return changed;
    },
    server: () => server.state,
    startServer: (options) => server.start(options),
    stopServer: () => server.stop(),
  };
}

function machine(): LabInfo['machine'] {
  return { cores: availableParallelism(), processor: cpus()[0]?.model.trim() ?? process.arch, memory: totalmem() };
}

let diagnosing: Promise<EngineReport[]> | null = null;

/** Several windows that ask at once share an answer: every engine is loaded to try it. */
function diagnose(): Promise<EngineReport[]> {
  diagnosing ??= runTask('engines', undefined).finally(() => {
    diagnosing = null;
  });
  return diagnosing;
}
