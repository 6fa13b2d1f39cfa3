import { useDocumentVisibility, useTitle } from '@vueuse/core';
import { computed, watch } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import type { Notice, RunStatus, RunSummary } from '../../main/api.ts';
import { attempt, toast } from '../components/toasts.ts';
import { useLabEvent } from '../lab/index.ts';
import { useRuns } from '../stores/runs.ts';
import { useSettings } from '../stores/settings.ts';
import { overallShare } from './progress.ts';
import { newsOf, type News } from './run-news.ts';

const tones = { info: 'info', warning: 'warn', error: 'bad' } as const;

/** Tells of runs that end, on the page or beside it, and shows how far all is in the title and the task bar. */
export function useRunNews(): void {
  const runs = useRuns();
  const settings = useSettings();
  const router = useRouter();
  const route = useRoute();
  const visibility = useDocumentVisibility();
  const bridge = window.sluice;
  const statuses = new Map<string, RunStatus>();

  const show = (id: string) => ({ label: 'Show', perform: () => void attempt(() => router.push(`/runs/${id}`)) });

  const showAll = { label: 'Show', perform: () => void attempt(() => router.push('/')) };

  function tell(run: RunSummary): void {
    const news = newsOf(run);
    if (!news) return;
    if (!(route.name === 'run' && route.params['id'] === run.id)) {
      toast(news.tone, news.text, show(run.id), { kind: news.title, text: news.many, action: showAll });
    }
    if (visibility.value === 'hidden' && settings.settings?.notifications) notifyBeside(news);
  }

  /** Beside the page: by the desktop app, or by a browser that was allowed to. */
  function notifyBeside({ title, text }: News): void {
    if (bridge) bridge.notify(title, text);
    else if ('Notification' in window && Notification.permission === 'granted') new Notification(title, { body: text });
  }

  watch(
    () => runs.all,
    (all) => {
      for (const run of all) {
        const before = statuses.get(run.id);
        statuses.set(run.id, run.status);
        if (before !== undefined && before !== run.status) tell(run);
      }
    },
  );

  useLabEvent('notice', ({ level, text, run }: Notice) => toast(tones[level], text, run ? show(run) : undefined));

  useLabEvent('dataTask', ({ name, status, notes }) => {
    if (route.name === 'data') return;
    if (status === 'done') toast('good', `Data set ${name} is ready.`);
    if (status === 'failed') toast('bad', `Data set ${name}: ${notes.join(' ')}`);
  });

  const share = computed(() => overallShare(runs.active));
  const percent = computed(() => (share.value === null ? null : Math.floor(share.value * 100)));
  useTitle(
    computed(() => {
      const page = route.name === 'run' ? runs.byId.get(String(route.params['id']))?.name : route.meta.title;
      const title = page === undefined || route.name === 'home' ? 'Sluice' : `${page} · Sluice`;
      return percent.value === null ? title : `${percent.value} % · ${title}`;
    }),
  );
  watch(percent, (now) => bridge?.setProgress(now === null ? null : now / 100));
}
