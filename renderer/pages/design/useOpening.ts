import { onMounted, ref, watch, type Ref } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import type { PresetEntry } from '../../../main/api.ts';
import { attempt, toast } from '../../components/toasts.ts';
import { useLab } from '../../lab/index.ts';
import { readText } from './interchange.ts';
import { entriesFrom, entryFrom } from './opened.ts';
import type { DesignContext } from './useDesign.ts';

export interface Opening {
  /** Whether the list of presets is open. */
  readonly choosing: Ref<boolean>;
  openPreset(preset: PresetEntry, small: boolean): Promise<void>;
  /** The experiments of a JSON text; throws an Error with a sentence for the user. */
  openText(text: string, name?: string): void;
}

/** Ways to begin a draft: a preset, a run to clone, a file. What was there before can be had back with undo. */
export function useOpening({ draft, defaultsOf }: DesignContext): Opening {
  const lab = useLab();
  const route = useRoute();
  const router = useRouter();
  const choosing = ref(false);

  function opened(what: string): void {
    toast('info', `${what} is open.`, { label: 'Undo', perform: draft.undo });
  }

  async function clone(id: string): Promise<void> {
    const run = await lab.api.run(id);
    const label = `run ${run.number}`;
    const experiment = { ...run.experiment, seeds: [run.seed] };
    draft.open(run.name, [await entryFrom(experiment, label, defaultsOf)]);
    opened(`A copy of ${label}`);
  }

  /** What the address asks for is done once and taken out of it, so that going back does not do it again. */
  async function followQuery(): Promise<void> {
    if (route.name !== 'design') return;
    const { clone: id, presets } = route.query;
    if (id === undefined && presets === undefined) return;
    await router.replace({ name: 'design' });
    if (presets !== undefined) choosing.value = true;
    if (typeof id === 'string') await attempt(() => clone(id));
  }

  onMounted(() => void followQuery());
  watch(
    () => route.query,
    () => void followQuery(),
  );

  return {
    choosing,
    openPreset: async ({ name, title }, small) => {
      await attempt(async () => {
        const experiments = await lab.api.preset(name, small);
        draft.open(small ? `${name} small` : name, await entriesFrom(experiments, name, defaultsOf));
        choosing.value = false;
        opened(title);
      });
    },
    openText: (text, name = '') => {
      const { title, experiments } = readText(text);
      if (experiments.length === 0) throw new Error('There is no experiment in it.');
      draft.open(
        title || name,
        experiments.map((input) => ({ input, base: null })),
      );
      opened(title || name || 'The experiment');
    },
  };
}
