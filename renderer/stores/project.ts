import { useLocalStorage } from '@vueuse/core';
import { defineStore } from 'pinia';
import { computed } from 'vue';
import { projectsOf } from '../../main/listing/projects.ts';
import { useRuns } from './runs.ts';
import { useSettings } from './settings.ts';

/** Which project is worked on: new runs go there, and lists show its runs, or those of all. */
export const useProject = defineStore('project', () => {
  const runs = useRuns();
  const settings = useSettings();
  const all = useLocalStorage('sluice.projects.all', false);
  const current = computed(() => settings.settings?.project ?? null);
  /** Of which lists show the runs; null is every one. */
  const shown = computed(() => (all.value ? null : current.value));
  const names = computed(() => projectsOf(runs.all, current.value ?? ''));

  async function choose(name: string | null): Promise<void> {
    all.value = name === null;
    if (name !== null && name !== current.value) await settings.change({ project: name });
  }

  return { current, shown, names, choose };
});
