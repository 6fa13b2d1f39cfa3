import { onBeforeUnmount, reactive, readonly, ref, type Ref } from 'vue';
import { messageOf } from '../../../main/errors.ts';
import { startDevice } from '../remote.ts';
import type { SourceProgress } from './source.ts';

export type Joined = 'joining' | 'joined' | 'over' | 'left' | 'failed';

/** What this tab has done since it joined. */
export interface TrainingState {
  readonly status: Readonly<Ref<Joined>>;
  readonly failure: Readonly<Ref<string | null>>;
  readonly latest: Readonly<SourceProgress>;
  readonly totals: { readonly steps: number; readonly bytesUp: number; readonly bytesDown: number };
  readonly events: readonly string[];
  join(): Promise<void>;
  leave(): Promise<void>;
}

const eventsKept = 30;

/** This tab as a data source of a run. */
export function useTraining(token: string): TrainingState {
  const status = ref<Joined>('joining');
  const failure = ref<string | null>(null);
  const latest = reactive<{ -readonly [Key in keyof SourceProgress]: SourceProgress[Key] }>({});
  const totals = reactive({ steps: 0, bytesUp: 0, bytesDown: 0 });
  const events = reactive<string[]>([]);
  let left = false;
  let awake: WakeLockSentinel | null = null;
  const device = startDevice({
    note: () => undefined,
    progress(news) {
      Object.assign(latest, news);
      if (news.words !== undefined) events.unshift(news.words);
      events.splice(eventsKept);
      if (!news.step) return;
      status.value = 'joined';
      totals.steps++;
      totals.bytesUp += news.step.bytesUp;
      totals.bytesDown += news.step.bytesDown;
    },
  });
  onBeforeUnmount(() => void awake?.release());

  return {
    status: readonly(status),
    failure: readonly(failure),
    latest,
    totals,
    events,
    async join() {
      status.value = 'joining';
      failure.value = null;
      left = false;
      // A phone that goes to sleep is a dead source. Where it may not be kept awake its user has to.
      awake = await keepAwake();
      try {
        await device.join({ base: new URL('.', location.href).href, token });
        // It may have been left meanwhile.
        if (!left) status.value = 'over';
      } catch (error) {
        status.value = 'failed';
        failure.value = messageOf(error);
      }
      await awake?.release();
    },
    leave() {
      left = true;
      status.value = 'left';
      return device.leave();
    },
  };
}

async function keepAwake(): Promise<WakeLockSentinel | null> {
  const { wakeLock }: { readonly wakeLock?: WakeLock } = navigator;
  return (await wakeLock?.request('screen').catch(() => null)) ?? null;
}
