import type { EngineStatus } from '../../api.ts';
import { SluiceError } from '../../errors.ts';
import { statusOf } from '../../install/status.ts';
import { tryEngines } from '../../processes/task/try-engines.ts';
import { enginesOf } from '../../runs/experiment/engines.ts';
import type { Run } from '../../runs/store/run.ts';
import { isUnderWay } from '../../runs/store/store.ts';
import type { LabState, Procedures } from '../lab-state.ts';
import { wholePath } from '../whole-path.ts';

type Names = 'engines' | 'installEngine' | 'cancelEngineTask' | 'engineTasks' | 'removeEngine';

/** Procedures about engines: what computes here, and getting more of it. */
export function engineProcedures({ engineTasks, store }: LabState): Procedures<Names> {
  return {
    engines,
    installEngine: ({ name, python }) =>
      engineTasks.install({ name, ...(python !== undefined && { python: wholePath(python, 'python') }) }),
    cancelEngineTask: (id) => engineTasks.cancel(id),
    engineTasks: () => engineTasks.all(),
    removeEngine: async (name) => {
      const uses = ({ status, experiment }: Run): boolean =>
        isUnderWay(status) && Object.values(enginesOf(experiment)).some((engine) => engine === name);
      const user = store.list().find(uses);
      if (user) throw new SluiceError('engine-busy', `Run ${user.id} trains on the engine ${name}. Stop it first.`);
      // What unpacks archives is loaded with it, and a lab seldom needs it.
      const { removeEngine } = await import('../../install/install.ts');
      await removeEngine(name);
    },
  };
}

let trying: Promise<EngineStatus[]> | null = null;

/** Several windows that ask at once share an answer: every engine is loaded to try it. */
function engines(): Promise<EngineStatus[]> {
  trying ??= tryEngines()
    .then((reports) => reports.map(statusOf))
    .finally(() => {
      trying = null;
    });
  return trying;
}
