import { shallowRef, type Ref } from 'vue';
import { useRouter } from 'vue-router';
import { attempt } from '../../components/toasts.ts';
import { useLab } from '../../lab/index.ts';

export interface Quickstart {
  readonly starting: Readonly<Ref<boolean>>;
  start(): Promise<void>;
}

/** Launches the quickstart and goes to its first run, which is seen to train; the others are compared when they are done. */
export function useQuickstart(): Quickstart {
  const lab = useLab();
  const router = useRouter();
  const starting = shallowRef(false);
  return {
    starting,
    async start() {
      starting.value = true;
      await attempt(async () => {
        const [first] = await lab.api.launch(await lab.api.preset('quickstart', false), 'quickstart');
        await router.push({ name: 'run', params: { id: first.id } });
      });
      starting.value = false;
    },
  };
}
