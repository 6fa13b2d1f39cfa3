import { shallowRef, type ComputedRef, type ShallowRef } from 'vue';
import type { EngineInstall, EngineStatus, EngineTask } from '../../../main/api.ts';
import { confirm } from '../../components/confirm.ts';
import { attempt } from '../../components/toasts.ts';
import { useLongTasks } from '../../components/useLongTasks.ts';
import { failureOf, useLab, useLabReady } from '../../lab/index.ts';

export interface Engines {
  readonly engines: Readonly<ShallowRef<readonly EngineStatus[] | null>>;
  readonly error: Readonly<ShallowRef<string | null>>;
  /** Whether they are being tried. */
  readonly looking: Readonly<ShallowRef<boolean>>;
  /** The newest task of each engine. */
  readonly tasks: ComputedRef<ReadonlyMap<string, EngineTask>>;
  look(): Promise<void>;
  /** Rejects with what is wrong with the request. */
  install(request: EngineInstall): Promise<void>;
  cancel(task: EngineTask): Promise<boolean>;
  remove(engine: EngineStatus): Promise<void>;
}

/** What this machine can train with, and what is being installed, kept up. */
export function useEngines(): Engines {
  const lab = useLab();
  const engines = shallowRef<readonly EngineStatus[] | null>(null);
  const error = shallowRef<string | null>(null);
  const looking = shallowRef(false);
  const { tasks, set, show } = useLongTasks('engineTask', () => void look());

  async function look(): Promise<void> {
    if (looking.value) return;
    looking.value = true;
    try {
      engines.value = await lab.api.engines();
      error.value = null;
    } catch (failure) {
      error.value = failureOf(failure).message;
    }
    looking.value = false;
  }

  async function load(): Promise<void> {
    const [under] = await Promise.all([lab.api.engineTasks(), look()]);
    set(under);
  }

  useLabReady(() => void attempt(load));

  return {
    engines,
    error,
    looking,
    tasks,
    look,
    install: async (request) => show(await lab.api.installEngine(request)),
    cancel: ({ id }) => attempt(() => lab.api.cancelEngineTask(id)),
    async remove({ name, title, installed }) {
      const stays = installed?.python ? ` The Python environment it was built on (${installed.python}) stays.` : '';
      const sure = await confirm({
        title: `Remove the engine ${name}?`,
        text: `“${title}” is deleted from Sluice’s folder. Experiments that name it cannot be started without it.${stays}`,
        action: 'Remove engine',
      });
      if (sure && (await attempt(() => lab.api.removeEngine(name)))) await look();
    },
  };
}
