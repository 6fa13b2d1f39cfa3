import { availableParallelism, cpus, totalmem } from 'node:os';
import type { LabInfo } from '../../api.ts';
import { version } from '../../version.ts';
import { protocol } from '../../wire.ts';
import type { LabState, Procedures } from '../lab-state.ts';

type Names = 'hello' | 'alert' | 'settings' | 'changeSettings' | 'server' | 'startServer' | 'stopServer';

/** Procedures about this machine: what it is, the user's settings, its offload server. */
export function machineProcedures(
  { home, settings, windows, server, queue }: LabState,
  host: LabInfo['host'],
): Procedures<Names> {
  return {
    hello: () => ({ protocol, version: version(), host, home, machine: machine() }),
    alert: () => queue.alert,
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
