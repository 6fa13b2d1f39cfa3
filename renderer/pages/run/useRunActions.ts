import { shallowRef, type Ref } from 'vue';
import { useRouter } from 'vue-router';
import type { LabApi, RunDetail, ServerAccess } from '../../../main/api.ts';
import { attempt } from '../../components/toasts.ts';
import { confirm } from '../../components/confirm.ts';
import { useLab } from '../../lab/index.ts';
import { isActive } from '../../../main/api/runs.ts';
import type { ShownRun } from './useRun.ts';

type Change = keyof Pick<LabApi, 'pause' | 'proceed' | 'stop' | 'resume'>;

export interface RunControl {
  /** What was asked for and has not happened yet. */
  readonly pending: Readonly<Ref<Change | null>>;
  ask(change: Change): Promise<void>;
  /** Whether the dialog is open that asks for the offload server of a run to be resumed. */
  readonly askingServer: Ref<boolean>;
  /** Rejects with what is wrong with the server. */
  resume(server?: ServerAccess): Promise<void>;
  remove(): Promise<void>;
  clone(): void;
  tag(tags: string[]): Promise<void>;
  /** Rejects when the lab did not take them. */
  note(notes: string): Promise<void>;
}

/** What can be done with the run that is shown. */
export function useRunActions({ run, change, load }: ShownRun): RunControl {
  const lab = useLab();
  const router = useRouter();
  const pending = shallowRef<Change | null>(null);
  const askingServer = shallowRef(false);

  const withRun = async (action: (shown: RunDetail) => Promise<unknown>): Promise<boolean> => {
    const shown = run.value;
    return shown !== null && (await attempt(() => action(shown)));
  };
  return {
    pending,
    askingServer,
    resume: async (server) => {
      const shown = run.value;
      if (!shown) return;
      await (server ? lab.api.resume(shown.id, server) : lab.api.resume(shown.id));
      await load();
    },
    ask: async (wanted) => {
      pending.value = wanted;
      // Where its server is may have come about in another process since.
      if (wanted === 'resume') await load();
      if (wanted === 'resume' && run.value?.server) {
        askingServer.value = true;
        pending.value = null;
        return;
      }
      await withRun(({ id }) => lab.api[wanted](id));
      await load();
      pending.value = null;
    },
    remove: async () => {
      const shown = run.value;
      if (!shown || !(await confirm(deletion(shown)))) return;
      if (await attempt(() => lab.api.delete([shown.id]))) await router.push('/');
    },
    clone: () => {
      if (run.value) void router.push({ path: '/design', query: { clone: run.value.id } });
    },
    tag: async (tags) => {
      const before = run.value?.tags ?? [];
      change({ tags });
      if (!(await withRun(({ id }) => lab.api.annotate(id, { tags })))) change({ tags: before });
    },
    note: async (notes) => {
      const shown = run.value;
      if (!shown) return;
      await lab.api.annotate(shown.id, { notes });
      change({ notes });
    },
  };
}

function deletion(run: RunDetail): Parameters<typeof confirm>[0] {
  return {
    title: `Delete run ${run.number}?`,
    text:
      `${isActive(run) ? 'It is stopped. ' : ''}The metrics, checkpoints, trained weights, log and notes of ` +
      `“${run.name}” are deleted from this machine. This cannot be undone.`,
    action: 'Delete run',
  };
}
