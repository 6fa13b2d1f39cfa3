import { requireThere } from '../../data/gather.ts';
import { freeSetFolder, listSets, ownSetFolder, removeSet, setNameFrom } from '../../sets/home.ts';
import { readSet } from '../../sets/files.ts';
import type { LabState, Procedures } from '../lab-state.ts';
import { wholePath } from '../whole-path.ts';
import { setTimes, timedSet } from './set-times.ts';

type Names =
  | 'modelSets'
  | 'modelTimes'
  | 'timeModelSet'
  | 'addModelSet'
  | 'importModelSet'
  | 'exportModelSet'
  | 'cancelModelTask'
  | 'modelTasks'
  | 'removeModelSet';

/** Procedures about model sets. What is wrong with a request is said before anything begins. */
export function modelProcedures({ modelTasks, planTimes, store }: LabState): Procedures<Names> {
  return {
    modelSets: () => listSets(),
    modelTimes: async (name) => {
      const { manifest } = await readSet(ownSetFolder(name));
      const timed = timedSet(manifest);
      planTimes.look(timed.experiment, timed.info);
      const on = planTimes.known(timed.experiment, timed.info);
      return on && setTimes(manifest, timed, on);
    },
    timeModelSet: async (name) => {
      const { experiment, info } = timedSet((await readSet(ownSetFolder(name))).manifest);
      return planTimes.measure(experiment, info);
    },
    addModelSet: (request) => {
      const run = store.find(request.run);
      const name = request.name ?? setNameFrom(run.name);
      freeSetFolder(name);
      return modelTasks.add({ ...request, name }, name);
    },
    importModelSet: async (request) => {
      const path = wholePath(request.path, 'path');
      if (request.name !== undefined) freeSetFolder(request.name);
      await requireThere(path);
      return modelTasks.import({ ...request, path });
    },
    exportModelSet: (request) => {
      ownSetFolder(request.set);
      return modelTasks.export(request);
    },
    cancelModelTask: (id) => modelTasks.cancel(id),
    modelTasks: () => modelTasks.all(),
    removeModelSet: (name) => removeSet(name),
  };
}
